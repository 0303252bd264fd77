# No published row is passed over in silence: each is a target or is listed with its reason.
matriline targets --only eva_h > text
matriline targets --only eva_h --all > all
test "$(wc -l < all)" -ge "$(wc -l < text)"
