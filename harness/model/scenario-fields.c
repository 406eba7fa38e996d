/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/scenario-fields.h"

#include <stdio.h>
#include <string.h>

struct place place_of(const struct place *parent, const char *name)
{
	struct place place;

	(void)snprintf(place.text, sizeof(place.text), "%.200s%s%.48s", parent->text,
		       strchr(parent->text, ' ') ? "." : ": ", name);
	return place;
}

int object_read(struct reading *r, const struct json *object, const struct field *fields,
		       const struct place *where)
{
	if (!json_is_object(object))
		return error_input(r->err, "%s: is %s; an object", where->text, json_type_name(object));
	for (const struct json *child = json_first(object); child; child = json_next(child)) {
		const struct field *field = fields;
		struct place place = place_of(where, json_key(child));

		while (field->name && strcmp(field->name, json_key(child)))
			field++;
		if (!field->name)
			return error_input(r->err, "%s: unknown field; scenarios/README.md lists the fields",
					   place.text);
		if (json_get(object, field->name) != child)
			return error_input(r->err, "%s: is there twice", place.text);
		if (!field->is(child))
			return error_input(r->err, "%s: is %s; %s", place.text, json_type_name(child), field->right);
	}
	for (const struct field *field = fields; field->name; field++) {
		const struct json *value = json_get(object, field->name);
		struct place place = place_of(where, field->name);

		if (!value && field->required)
			return error_input(r->err, "%s: missing; %s", place.text, field->right);
		int rc = value ? field->take(r, value, &place) : 0;

		if (rc < 0)
			return rc;
	}
	return 0;
}

int take_name(struct reading *r, const struct json *value, const struct place *where, char *ret_name,
		     size_t size, const char *letters)
{
	const char *name = json_text_of(value, "");
	size_t length = strlen(name);

	if (!length || length >= size || strspn(name, letters) != length || *name == '.' || *name == '-')
		return error_input(r->err, "%s: '%.80s' is not a name; 1 to %zu of letters, digits and %s", where->text,
				   name, size - 1, letters + 62);
	(void)snprintf(ret_name, size, "%s", name);
	return 0;
}

int take_count(struct reading *r, const struct json *value, const struct place *where, uint64_t least,
		      uint64_t most)
{
	double number = json_number_of(value, -1);

	if (number < (double)least || number > (double)most || number != (double)(uint64_t)number)
		return error_input(r->err, "%s: %.17g is out of range; a whole number from %llu to %llu", where->text,
				   number, (unsigned long long)least, (unsigned long long)most);
	return 0;
}
