# Completion of sluicectl for bash.
_sluicectl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
  local commands='status connections list show body watch export import session ca clear limit profile pass-through capture intercept mark comment selftest stop'
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $word "* ]]; then command=$word; break; fi
  done
  case $previous in
    --data-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --limit | --down | --up | --latency | --host | --listener | --connection | --from) return ;;
    --filter)
      mapfile -t COMPREPLY < <(compgen -W 'host~ path~ url~ method= status= status\>= type~ body~ header~ state= size\> duration\> error~ program~ mark= comment~' -- "$current")
      compopt -o nospace
      return ;;
    export | import) COMPREPLY=(har); return ;;
    --session) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
    --raw) mapfile -t COMPREPLY < <(compgen -W 'request response' -- "$current"); return ;;
    session) COMPREPLY=(save); return ;;
    ca) mapfile -t COMPREPLY < <(compgen -W 'path regenerate export status install remove' -- "$current"); return ;;
    har) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
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
