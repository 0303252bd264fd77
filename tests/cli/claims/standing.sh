# Some answers say how the model stands to a published row: that it meets it, or falls short. Whoever changes a
# verdict here reads again the answers in claims/ that name the row.
standing() {
    matriline targets -q -n 100 --tsv "$@" | grep -v -e '^#' -e unspoken | cut -f2,18 | grep -v '^id'
}
standing --only chan_all,bia96_np,kj12_ctl,ham_rng,eva_h,art_c,kek_c,inv_c
for niche in additive displacement; do
    echo "niche=$niche"
    standing --only gam10_f,gam10_m --switch niche=$niche
done
for conduit in proportional selective; do
    echo "conduit=$conduit"
    standing --only kar_g,kar_r --switch conduit=$conduit
done
for flux in early late; do
    echo "flux=$flux"
    standing --only yan_b --switch flux=$flux
done
