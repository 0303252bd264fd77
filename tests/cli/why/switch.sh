matriline why niche
