/* SPDX-License-Identifier: MIT */
#ifndef MTL_PLATE_READ_H
#define MTL_PLATE_READ_H
/* Plates of wells from the files that instruments export, and back. Errors name file, line, column
   and field. What is read is put into measure/plate.h; what each target sees and each sample is
   comes from tables of their own (plate_tables.c). */
#include "io/plate_sheet.h"
#include "measure/plate.h"

enum mtl__plate_format {
    MTL__PLATE_AUTO,
    MTL__PLATE_QUANTSTUDIO, /* StepOne, ViiA 7, 7500 and QuantStudio results as text */
    MTL__PLATE_GENERIC,     /* the table of docs/formats.md */
    MTL__PLATE_QUANTASOFT,  /* Bio-Rad QuantaSoft, QX Manager */
    MTL__PLATE_RDML,
    MTL__N_PLATE_FORMATS
};
extern const char *const mtl__plate_format_name[MTL__N_PLATE_FORMATS];

typedef struct mtl__plate_read_opts {
    enum mtl__plate_format format;
    const char *run; /* RDML: the run to read; NULL = the only one */
} mtl__plate_read_opts;

enum { MTL__PLATE_MAX_REACTIONS = 100000, MTL__PLATE_MAX_ROWS = 32, MTL__PLATE_MAX_COLUMNS = 48 };

/* Reads a plate from memory; `remarks` (NULL allowed) gets a line for whatever was passed over. The
   plate must be cleared by mtl__plate_clear, after a failure too. */
int mtl__plate_parse(mtl__plate *out, mtl__str *remarks, const char *file, const char *data,
                     size_t length, const mtl__plate_read_opts *o, mtl_error *err);
int mtl__plate_load(mtl__plate *out, mtl__str *remarks, const char *path,
                    const mtl__plate_read_opts *o, mtl_error *err);
/* Writes a plate as its instrument would (not RDML): what was read comes out again, save that wells
   left out for a merged one are left out. */
int mtl__plate_write(mtl__str *out, const mtl__plate *p, enum mtl__plate_format format);

/* ---------------------------------------------------------------- making one (plate_make.c) */
/* A set of names, each with a number. */
typedef struct mtl__names {
    mtl__arena *arena;
    const char **name;
    int n, cap, n_slots;
    int *slot; /* 1 + index, 0 = free */
} mtl__names;
/* Index of a name; -1 if it is not there. With `add` it is made (*made tells) and -1 means that
   there is no memory. Names are borrowed. */
int mtl__names_find(mtl__names *s, const char *name, bool add, bool *made);

typedef struct mtl__plate_maker {
    mtl__plate *p;
    mtl__str *remarks;
    const mtl__plate_read_opts *o;
    int cap;
    bool rdml;
    const char **merged_wells; /* [cap] "(A1,B1)" of merged wells; NULL */
} mtl__plate_maker;
int mtl__maker_init(mtl__plate_maker *m, mtl__plate *p, mtl__str *remarks, const char *file,
                    const mtl__plate_read_opts *o, mtl_error *err);
/* A line for the user about something that was passed over. */
void mtl__maker_remark(mtl__plate_maker *m, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The next reaction, empty: strings "", numbers NaN or -1. */
int mtl__maker_next(mtl__plate_maker *m, mtl__reaction **out, mtl_error *err);
/* "A1", "a01", "AB12" to row and column; MTL_ERR_VALUE. */
int mtl__well_place(const char *name, int *row, int *column);
/* "A1" in buf. */
const char *mtl__well_name(int row, int column, char buf[16]);
/* A name that says that nothing is in the well: NTC, blank, water ... */
bool mtl__is_blank_name(const char *sample);
/* Numbers samples and targets, finds partners of duplex wells, leaves out wells that a merged one
   stands for, refuses wells named twice. */
int mtl__maker_finish(mtl__plate_maker *m, mtl_error *err);
/* Standards without a quantity take it from their names: `standard_unit` is "UNIT=X", X gEq in one
   UNIT, or "X" for whatever unit, or NULL. Those still without are left out, with a remark. To be
   called when a layout has been applied. */
int mtl__plate_standards(mtl__plate *p, const char *standard_unit, mtl__str *remarks,
                         mtl_error *err);
/* Numbers them anew after a layout has changed names and roles. */
int mtl__plate_index(mtl__plate *p, mtl_error *err);

/* ---------------------------------------------------------------- by format */
int mtl__plate_read_text(mtl__plate_maker *m, const char *data, size_t length, mtl_error *err);
int mtl__plate_read_rdml(mtl__plate_maker *m, const char *data, size_t length, mtl_error *err);
/* Hands the RDML document in a zip to `take`, piece by piece (plate_zip.c). Refuses what unpacks to
   more than MTL__RDML_MAX_BYTES, or, above 16 MB, to more than 100 times its size. */
enum { MTL__RDML_MAX_BYTES = 256 * 1024 * 1024, MTL__RDML_MAX_RATIO = 100 };
int mtl__rdml_unzip(const char *file, const char *data, size_t length,
                    int (*take)(void *ctx, const char *piece, size_t n), void *ctx, mtl_error *err);

#endif
