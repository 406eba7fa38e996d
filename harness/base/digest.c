/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by nettle: of files, and of texts that identify a thing (a subject, a root tree). */
#include "harness/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define DIGEST_CHUNK 65536u

static void digest_finish(struct sha256_ctx *context, char hex[DIGEST_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

int digest_file(const char *path, char hex[DIGEST_HEX], struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free uint8_t *chunk = alloc_zero(DIGEST_CHUNK, 1);
	struct sha256_ctx context;
	ssize_t got;

	if (fd < 0)
		return error_errno(err, errno, "%s: cannot open", path);
	sha256_init(&context);
	while ((got = read(fd, chunk, DIGEST_CHUNK)) > 0)
		sha256_update(&context, (size_t)got, chunk);
	if (got < 0)
		return error_errno(err, errno, "%s: cannot read", path);
	digest_finish(&context, hex);
	return 0;
}

void digest_text(const char *text, char hex[DIGEST_HEX])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, strlen(text), (const uint8_t *)text);
	digest_finish(&context, hex);
}

void digest_text_base64(const char *text, char base64[DIGEST_BASE64])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, strlen(text), (const uint8_t *)text);
	sha256_digest(&context, sizeof(digest), digest);
	base64_encode_raw(base64, sizeof(digest), digest);
	base64[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)] = '\0';
}
