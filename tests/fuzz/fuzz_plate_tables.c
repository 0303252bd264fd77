/* SPDX-License-Identifier: MIT */
/* Fuzzing the tables beside a plate (layout, samples, targets, blanks, subjects) and what is made
   of them: a small plate is quantified with one table that anything may stand in. The first byte
   chooses the table. What is accepted must have an answer in every form. */
#include "matriline/quantify.h"
#include "table_beside.h"

static const char *const plate =
    "well,sample,target,task,ct,quantity\n"
    "A1,std,SRY,standard,30,100\nA2,std,SRY,standard,34,10\n"
    "B1,anna blood,SRY,unknown,37,\nB1,anna blood,HBB,unknown,25,\n"
    "B2,s2,SRY,unknown,Undetermined,\nC1,NTC,SRY,blank,Undetermined,\n";

static char plate_path[] = "/tmp/matriline-fuzz-plate-XXXXXX";

static void clean_up(void)
{
    unlink(plate_path);
}

static void set_up(void)
{
    put(mkstemp(plate_path), plate);
    atexit(clean_up);
    open_table(mtl_scenario_load, "anna.yaml");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl_quantify_opts o;
    mtl_quantify *q = NULL;
    mtl_error err = {0};
    const char *p = plate_path;
    if (size == 0)
        return 0;
    if (!model)
        set_up();
    put_table(data + 1, size - 1);
    mtl_quantify_opts_init(&o);
    switch (data[0] % 5) {
    case 0:
        o.layout = table_path;
        break;
    case 1:
        o.samples = table_path;
        break;
    case 2:
        o.targets = table_path;
        break;
    case 3:
        o.blanks = table_path;
        break;
    default:
        o.subjects = table_path;
        o.group = "g";
    }
    if (mtl_quantify_run(&q, &p, 1, data[0] & 0x40 ? family : NULL, model, &o, &err) < 0) {
        if (q || !err.text[0])
            abort();
        return 0;
    }
    must_print(mtl_quantify_text(q, 80));
    must_print(mtl_quantify_tsv(q));
    must_print(mtl_quantify_json(q));
    mtl_quantify_free(q);
    return 0;
}
