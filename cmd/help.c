/* SPDX-License-Identifier: MIT */
/* Prints a verb's table of options: as help, as a section of the manual page, as Markdown. */
#include <stdio.h>
#include <string.h>

#include "options.h"

void print_wrapped(const char *text, int indent, int column)
{
    while (*text) {
        int word = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + word > 78) {
            putchar('\n');
            column = 0;
        }
        if (word > 0) {
            int gap = column < indent ? indent - column : column > indent;
            printf("%*s%.*s", gap, "", word, text);
            column += gap + word;
        }
        text += word;
        if (*text == '\n') {
            putchar('\n');
            column = 0;
        }
        if (*text)
            text++;
    }
    if (column > 0)
        putchar('\n');
}

static void left_column(const struct opt *t, char *buf, size_t size)
{
    char letter[8] = "    ";
    if (t->letter)
        snprintf(letter, sizeof letter, "-%c, ", t->letter);
    snprintf(buf, size, "%s--%s%s%s", letter, t->name, t->arg ? " " : "", t->arg ? t->arg : "");
}

void options_help(const struct verb *v)
{
    printf("usage: matriline %s%s%s [options]\n\n", v->name, *v->operands ? " " : "", v->operands);
    print_wrapped(v->about, 0, 0);
    printf("\noptions:\n");
    for (const struct opt *t = v->opts; t->name; t++) {
        char left[64];
        left_column(t, left, sizeof left);
        if (strlen(left) <= 26)
            printf("  %-26s ", left);
        else
            printf("  %s\n%29s", left, "");
        char help[512];
        snprintf(help, sizeof help, "%s%s%s%s", t->help, t->choices ? " (" : "",
                 t->choices ? t->choices : "", t->choices ? ")" : "");
        print_wrapped(help, 29, 29);
    }
    printf("\nexample:\n  %s\n", v->example);
}

/* roff: hyphens and leading dots need care. */
static void roff(const char *s)
{
    for (; *s; s++) {
        if (*s == '-' || *s == '\\')
            printf("\\%c", *s);
        else if (*s == '\n')
            fputs("\n.PP\n", stdout);
        else
            putchar(*s);
    }
}

void options_man(const struct verb *v)
{
    printf(".SS matriline %s %s\n", v->name, v->operands);
    roff(v->about);
    printf("\n");
    for (const struct opt *t = v->opts; t->name; t++) {
        printf(".TP\n.B ");
        if (t->letter)
            printf("\\-%c, ", t->letter);
        printf("\\-\\-");
        roff(t->name);
        if (t->arg)
            printf(" \\fI%s\\fP", t->arg);
        printf("\n");
        roff(t->help);
        if (t->choices)
            printf(" (%s)", t->choices);
        printf("\n");
    }
    printf(".PP\nExample:\n.RS\n.nf\n");
    roff(v->example);
    printf("\n.fi\n.RE\n");
}

static void markdown_cell(const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            putchar('\\');
        putchar(*s);
    }
}

void options_markdown(const struct verb *v)
{
    printf("\n### matriline %s%s%s\n\n%s\n\n```\n%s\n```\n\n| option | |\n|---|---|\n", v->name,
           *v->operands ? " " : "", v->operands, v->about, v->example);
    for (const struct opt *t = v->opts; t->name; t++) {
        printf("| `");
        if (t->letter)
            printf("-%c`, `", t->letter);
        printf("--%s%s%s` | ", t->name, t->arg ? " " : "", t->arg ? t->arg : "");
        markdown_cell(t->help);
        if (t->choices) {
            printf(" (");
            markdown_cell(t->choices);
            printf(")");
        }
        printf(" |\n");
    }
}
