# Completion of sluicectl for bash.

# What has this key in the JSON of a command: those names that begin with $1.
_sluicectl_names() {
  local name
  while IFS= read -r name; do
    printf -v name %q "$name"
    [[ $name == "$1"* ]] && COMPREPLY+=("$name")
  done < <(sluicectl "${@:3}" --json 2>/dev/null | grep -o "\"$2\":\"[^\"]*\"" | cut -d '"' -f 4)
}

_sluicectl_files() {
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
  compopt -o filenames
}

_sluicectl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
  local commands='status connections list show body watch export import session ca clear limit profile pass-through capture intercept mark comment selftest stop'
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $word "* ]]; then command=$word; break; fi
  done
  case $previous in
    --data-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --limit | --down | --up | --latency | --host | --listener | --connection) return ;;
    --filter)
      mapfile -t COMPREPLY < <(compgen -W 'host~ path~ url~ method= status= status\>= type~ body~ header~ state= size\> duration\> error~ program~ mark= comment~' -- "$current")
      compopt -o nospace
      return ;;
    --session | --file) _sluicectl_files "$current"; return ;;
    --raw) mapfile -t COMPREPLY < <(compgen -W 'request response' -- "$current"); return ;;
  esac
  case "$command $previous" in
    'export export' | 'import import') COMPREPLY=(har); return ;;
    'session session') COMPREPLY=(save); return ;;
    'ca ca') mapfile -t COMPREPLY < <(compgen -W 'path regenerate export status install remove' -- "$current"); return ;;
    'export har' | 'import har' | 'session save' | 'ca export') _sluicectl_files "$current"; return ;;
    'ca install' | 'ca remove') _sluicectl_names "$current" place ca status; return ;;
    'selftest selftest' | 'profile show' | 'profile use' | 'profile rename' | 'profile delete' | 'profile --from')
      _sluicectl_names "$current" name profile list
      [[ $current != -* ]] && return ;;
  esac
  local options='--data-dir --json --help'
  case $command in
    '') options="$commands $options --version" ;;
    list) options+=' --limit --filter --session' ;;
    export) options+=' --filter --session' ;;
    watch | session) options+=' --filter' ;;
    show) options+=' --curl --raw --session' ;;
    limit) options+=' --down --up --latency --off --host --listener --connection' ;;
    profile) options+=' list show use save rename delete --host --listener --connection --from --file' ;;
    capture|intercept) options+=' on off' ;;
    mark) options+=' none red orange yellow green blue purple' ;;
    pass-through) options+=' list add remove' ;;
    body) options+=' --request --decoded --session' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}
complete -F _sluicectl sluicectl
