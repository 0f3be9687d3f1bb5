# Completion of sluicectl for fish.
set -l commands status connections list show body watch export import clear stop
complete -c sluicectl -f
complete -c sluicectl -l data-dir -r -a '(__fish_complete_directories)' -d 'directory of the engine and its history'
complete -c sluicectl -l json -d 'print JSON'
complete -c sluicectl -l help -d 'every command and option'
complete -c sluicectl -l version -d 'the version'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a status -d 'what the engine is doing'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a connections -d 'every open connection'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a list -d 'recorded exchanges, the newest last'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a show -d 'one exchange'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a body -d 'a recorded body, byte for byte'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a watch -d 'exchanges as they happen'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a export -d 'recorded exchanges to a file'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a import -d 'exchanges of a file into the history'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a clear -d 'forget the whole history'
complete -c sluicectl -n "not __fish_seen_subcommand_from $commands" -a stop -d 'stop the engine'
complete -c sluicectl -n '__fish_seen_subcommand_from list' -l limit -r -d 'how many'
complete -c sluicectl -n '__fish_seen_subcommand_from list watch export' -l filter -r -d 'only these'
complete -c sluicectl -n '__fish_seen_subcommand_from show' -l curl -d 'as a command of curl'
complete -c sluicectl -n '__fish_seen_subcommand_from body' -l request -d 'of the request'
complete -c sluicectl -n '__fish_seen_subcommand_from body' -l decoded -d 'without its content coding'
complete -c sluicectl -n '__fish_seen_subcommand_from export import' -a har -d 'HAR 1.2'
complete -c sluicectl -n '__fish_seen_subcommand_from har' -F
