# Rivals side by side.
matriline targets --only eva_h --each persistence 2> err > text
cat err
for value in slow hsc lymphocyte hidden; do
    grep -q "$value" text || echo "no column for $value"
done
