# The mass balance of persistence: the figures of docs/persistence.md.
matriline targets --persistence > text
grep -c '' text > /dev/null
grep 'closed form 1/' text
grep '^  seeds' text
