# Lines of the host's tables by their names: what an injury, an outcome and a tally are and where they act.
matriline why caesarean_scar
matriline why lupus --switch autoimmunity=protect
matriline why watching
matriline why tumour_colon | head -n 8
