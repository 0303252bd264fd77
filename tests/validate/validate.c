/* SPDX-License-Identifier: MIT */
/* Validation of the measuring: thousands of drawn families and plates per setting with known truth,
   and published plates and reads. The long run writes docs/validation.md (`make validate`); the
   short one is a test. Speaks TAP.

     validate [--families N] [--threads N] [--only PART] [--case TEXT] [--write FILE]

   Without --families the short run. PART: wells, droplets, reads, wrong, published.
   TEXT is part of the names of settings. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "validate.h"

enum { SHORT_FAMILIES = 60 };

static const char head[] =
    "# Validation\n\n"
    "Every number on this page is written by `make validate`, which draws families, plates and "
    "reads with known "
    "truth, measures them with the code of the verbs quantify and mix, and counts. "
    "The program is "
    "`tests/validate`; a short version of it is one of the tests. The model is in "
    "[measuring](measuring.md).\n\n"
    "%d families per setting (a fifth of them where sites are 10k or p is by bootstrap), fixed "
    "seeds; "
    "results do not depend on the number of threads. After ± stands the Monte Carlo error (one "
    "standard error).\n\n"
    "* *count*: expected donor fragments in the tested wells, or reads that show an allele the "
    "host lacks.\n"
    "* *estimate*: mean; an estimate that is not above the background counts as 0. *bias*: of the "
    "truth; in brackets "
    "where the truth is less than three standard deviations of an estimate from 0.\n"
    "* *covered*: 95%% intervals that hold the truth. Where the truth is 0 they should always hold "
    "it, but for the "
    "alarms.\n"
    "* *found*: wells above the limit of blank; reads p < 0.05. Where the truth is 0 this is the "
    "level of the test.\n"
    "* *LoD*: mean limit of detection, and how often a sample drawn at its very own limit is "
    "found.\n"
    "* *holds*: bias under 5%% of the truth or under twice its Monte Carlo error; covered at least "
    "93%%; found at 0 "
    "in at most 5%% and found at the LoD in at least 95%%, up to twice the Monte Carlo error. "
    "*wide*: more than 97%% "
    "covered at counts above 20: the interval is safe, but longer than need be.\n";

static bool want(const char *only, const char *part)
{
    return !only || !strcmp(only, part);
}

static void simulated(v_run *v, const char *only)
{
    if (want(only, "wells")) {
        v_say(v, "\n## Wells\n\nEach plate has a curve of its own, fitted from ten standards where "
                 "there are any; genomes "
                 "per well are 25,000 (15,000 and 20,000 where wells are few) up to 20%%, read "
                 "from three wells of a "
                 "reference gene; false hits 0.01 per well and as many blanks as wells where "
                 "nothing else is said. "
                 "\"Found\" and LoD rest on the plate's own blanks.\n");
        v_wells(v);
        v_say(v,
              "\nAn estimate is never below 0: where a fragment or less is expected, samples that "
              "show less than their blanks count as 0 and nothing makes up for those that show "
              "more, so the mean lies a fifth of a fragment too high. What a predictive blank "
              "takes off too much, and what a second donor at 0 takes from the first, is put "
              "right in the estimate ([measuring](measuring.md#estimate-and-interval)); as the "
              "likelihood has it, the first of two donors who share a target would be 12.8%% too "
              "low where the second is away. Where copies are not known the estimate lies between "
              "those of one and of two alleles.\n");
    }
    if (want(only, "droplets")) {
        v_say(v, "\n## Partitions\n\nThe donor's allele and the host's in the same partitions, 0.1 "
                 "genomes in each; false "
                 "positives 1e-5 per partition; four wells of blanks.\n");
        v_droplets(v);
    }
    if (want(only, "reads")) {
        v_say(v, "\n## Reads\n\nA mother with her child, her own mother, the child's father, a "
                 "sister and a stranger; depths "
                 "500 on average (gamma, shape 10), error 1e-3, beta-binomial rho 5e-4; error and "
                 "rho are fitted. Count "
                 "is the number of reads with an allele that the mother lacks.\n");
        v_reads(v);
    }
    if (want(only, "wrong")) {
        v_say(v, "\n## How wrong it gets\n\nHere the fit is told less than the truth. These rows "
                 "are not judged.\n\n"
                 "### Wells\n");
        v_wells_wrong(v);
        v_reads_wrong(v);
        v_say(v, "\nTools that take the second person for unrelated understate a child in its "
                 "mother by 41 to 50%%: the "
                 "first three rows of \"Kinship\" are this program with kinship left out. With "
                 "kinship the same tubes "
                 "are the rows \"only the mother typed\" above.\n");
    }
}

static void published(v_run *v)
{
    v_say(v, "\n## Published data\n\n### qPCR with known truth\n\nDilution series of 25 assays "
             "(Kanaan et al., Blood Advances "
             "2023).\n");
    v_published_wells(v);
    v_say(v, "\n### Maternal plasma by droplets\n\nFetal fractions (joeshaw824/ddpcr_nipd), single "
             "wells of a sample "
             "and assay pooled.\n");
    v_published_droplets(v);
    v_say(v, "\n### A son's reads in his mother's\n\nGenome in a Bottle, slices around "
             "child-private variants; sites are "
             "few, and in the panel because the son differs there.\n");
    v_published_reads(v);
}

int main(int argc, char **argv)
{
    v_run v = {.families = SHORT_FAMILIES, .threads = 2, .brief = true};
    const char *only = NULL, *path = NULL;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--families")) {
            v.families = atoi(value);
            v.brief = false;
        } else if (!strcmp(argv[i], "--threads"))
            v.threads = atoi(value);
        else if (!strcmp(argv[i], "--only"))
            only = value;
        else if (!strcmp(argv[i], "--case"))
            v.match = value;
        else if (!strcmp(argv[i], "--write"))
            path = value;
        else {
            fprintf(stderr, "validate: unknown option '%s'\n", argv[i]);
            return 2;
        }
    }
    char *fresh = NULL;
    if (path) { /* written beside, so that a run that is stopped leaves the old page */
        fresh = malloc(strlen(path) + 8);
        if (!fresh)
            return 1;
        sprintf(fresh, "%s.new", path);
        v.doc = fopen(fresh, "w");
        if (!v.doc) {
            perror(fresh);
            return 1;
        }
    }
    v_say(&v, head, v.families);
    simulated(&v, only);
    if (want(only, "published"))
        published(&v);
    v_say(&v, "\n## In all\n\n%d rows of the tables above do not hold.\n", v.missed);
    printf("1..%d\n", v.checks);
    printf("# %d rows missed\n", v.missed);
    if (v.doc && (fclose(v.doc) != 0 || rename(fresh, path) != 0)) {
        perror(path);
        return 1;
    }
    free(fresh);
    return v.failed ? 1 : 0;
}
