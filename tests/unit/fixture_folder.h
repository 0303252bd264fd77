/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_FOLDER_H
#define FIXTURE_FOLDER_H
/* A folder below /tmp for the files of a test. Failures fail the test. */

extern char folder[64];

/* Set-up and tear-down of a test or a group; the folder goes with all that lies in it. */
int make_folder(void **state);
int remove_folder(void **state);
/* A name in the folder; valid for the next seven calls. */
const char *in_folder(const char *leaf);
/* A file of the folder with this text; its path, as above. */
const char *write_file(const char *leaf, const char *text);

#endif
