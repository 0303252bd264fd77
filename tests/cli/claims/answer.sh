# One answer with numbers, and one to a question that no simulation of cells can answer.
matriline claims r-bereaved | sed '/^published/,$d'
matriline claims r-bereaved > whole
for word in published eva_h 'Evans PC' 'held against the model' persistence 'To try' \
    'matriline run examples/dead_son.yaml' 'matriline targets --only' 'See also' 'not medical advice'; do
    grep -q -- "$word" whole || echo "the answer does not have: $word"
done
matriline claims a2-intuition-basis
