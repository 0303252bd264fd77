source <(matriline --completion bash)
complete_words() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _matriline
    echo "${COMPREPLY[*]}"
}
complete_words matriline ru
complete_words matriline run --solv
complete_words matriline params --t
