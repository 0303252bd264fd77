/* SPDX-License-Identifier: MIT */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H
/* One table of options per verb. The reader of the command line, --help, the manual page,
   docs/commands.md and the completion of the shell are all made from it. */
#include <stddef.h>
#include <stdint.h>

#include "matriline/matriline.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_INTERRUPTED = 130 };
enum { MAX_SETTINGS = 256, MAX_OPERANDS = 16 };

/* NAME=VALUE, split in place. */
struct setting {
    const char *name, *value;
};

/* Everything any verb can be told. */
struct options {
    const char *model_dir, *out, *each, *solver, *tier, *matter, *by, *only, *command_line;
    const char *focus, *bodies;
    const char *family, *genotypes, *panel, *hla, *typing, *host, *fam_out, *vcf_out;
    struct setting set[MAX_SETTINGS], sw[MAX_SETTINGS];
    struct setting set_a[MAX_SETTINGS], set_b[MAX_SETTINGS]; /* compare */
    int n_set, n_switch, n_set_a, n_set_b;
    int replicates; /* 0 = the verb's own default */
    int first_replicate, threads, width, draws, wells;
    uint64_t seed;
    double step_days, genomes_per_well, fraction, power, alarm;
    int design, no_unknowns, json, quiet, tsv, all, persistence, quick, markdown, help, version;
    /* mix */
    const char *donors, *staff, *samples, *sample, *references, *reference, *umi, *well_table;
    int stranger, umi_least, base_quality, mapping_quality, no_hopping, thin, bootstrap, joint, no_phase, umi_exact;
    double error, level;
    /* quantify; samples and level as for mix */
    const char *layout, *targets, *blanks, *standard_unit, *format, *rdml_run, *subjects, *group;
    double background, whole;
    int bayes;
    /* claims */
    const char *grade, *kind, *search, *folder;
    int verdict;
    const char *operand[MAX_OPERANDS];
    int n_operands;
    char *text[4 * MAX_SETTINGS]; /* owned copies of NAME=VALUE */
    int n_texts;
};

enum opt_kind { OPT_FLAG, OPT_TEXT, OPT_COUNT, OPT_SEED, OPT_POSITIVE, OPT_CHOICE, OPT_SETTING };

struct opt {
    const char *name;
    char letter; /* 0 = none */
    enum opt_kind kind;
    const char *arg;     /* name of its value in the help; NULL for a flag */
    size_t offset;       /* of the field of struct options that it fills */
    long low, high;      /* OPT_COUNT */
    const char *choices; /* OPT_CHOICE: "a|b|c" */
    const char *help;
};

struct verb {
    const char *section; /* a heading when run is NULL */
    const char *name, *operands, *brief, *about, *example;
    int min_operands, max_operands;
    const struct opt *opts; /* ends with name NULL */
    int (*run)(const struct options *o, const struct verb *v);
};

/* Reads argv[1..]; 0, or an exit code after the message. */
int options_read(struct options *o, const struct verb *v, int argc, char **argv);
void options_init(struct options *o);
void options_free(struct options *o);
void options_help(const struct verb *v);
void options_man(const struct verb *v);
void options_markdown(const struct verb *v);

/* Prints text wrapped at 78 columns, every line from column `indent` on; `column` is where the
   first one has got to. */
void print_wrapped(const char *text, int indent, int column);
/* Index of the name nearest to `word`, or -1. */
int nearest_name(const char *word, const char *const *name, int n);
/* "matriline: text" on stderr. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Shared rows of the tables. */
#define OPT_ROW_HELP                                                                               \
    {                                                                                              \
        "help", 'h', OPT_FLAG, NULL, offsetof(struct options, help), 0, 0, NULL, "show this help"  \
    }
#define OPT_ROW_MODEL                                                                              \
    {                                                                                              \
        "model", 0, OPT_TEXT, "DIR", offsetof(struct options, model_dir), 0, 0, NULL,              \
            "folder of the model's tables (default: $MATRILINE_MODEL, or the human one)"           \
    }
#define OPT_ROW_SET                                                                                \
    {                                                                                              \
        "set", 0, OPT_SETTING, "NAME=VALUE", offsetof(struct options, set), 0, 0, NULL,            \
            "try another value of a parameter; may be repeated"                                    \
    }
#define OPT_ROW_SWITCH                                                                             \
    {                                                                                              \
        "switch", 0, OPT_SETTING, "NAME=VALUE", offsetof(struct options, sw), 0, 0, NULL,          \
            "choose among rival hypotheses; may be repeated"                                       \
    }
#define OPT_ROW_EACH                                                                               \
    {                                                                                              \
        "each", 0, OPT_TEXT, "SWITCH", offsetof(struct options, each), 0, 0, NULL,                 \
            "every built value of this switch, side by side"                                       \
    }
#define OPT_ROW_SEED                                                                               \
    {                                                                                              \
        "seed", 0, OPT_SEED, "N", offsetof(struct options, seed), 0, 0, NULL,                      \
            "seed of the random streams (default 1)"                                               \
    }
#define OPT_ROW_THREADS                                                                            \
    {                                                                                              \
        "threads", 't', OPT_COUNT, "N", offsetof(struct options, threads), 0, 4096, NULL,          \
            "threads (default 0: all processors); results do not depend on it"                     \
    }
#define OPT_ROW_QUIET                                                                              \
    {                                                                                              \
        "quiet", 'q', OPT_FLAG, NULL, offsetof(struct options, quiet), 0, 0, NULL,                 \
            "no progress, no remarks; errors only"                                                 \
    }
#define OPT_ROW_END                                                                                \
    {                                                                                              \
        NULL, 0, OPT_FLAG, NULL, 0, 0, 0, NULL, NULL                                               \
    }

#endif
