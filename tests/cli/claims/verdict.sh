# The published rows of a claim against the model, as `targets --only` does it.
matriline claims r-adoptee --verdict -n 20 > answer
sed -n '/^Published beside model/,$p' answer > below
matriline targets --only lam04_h -n 20 | cmp - below
matriline claims r-aneuploid-health --verdict -n 20 > answer
grep -c bia97_t21 answer > /dev/null
matriline claims a2-consciousness --verdict | tail -n 1
