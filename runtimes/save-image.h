/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that virDomainSave made. libvirt restores a domain under the name and uuid of the file alone, so many
 * instances of one file need its description changed; libvirt's own calls refuse just these two fields.
 */
#pragma once

#include "harness/base/error.h"

/** The description of the saved domain, for free(). NULL: not such a file, or of a version that is not known. */
char *save_image_read(const char *path, struct error *err);
/** Puts another description in its place; the guest's state stays as it is. -E2BIG: there is no room for it. */
int save_image_write(const char *path, const char *xml, struct error *err);
