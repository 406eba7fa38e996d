
// The report works without this. It makes a table of contents, tables that sort by a column, and a filter for long ones.
'use strict';
(() => {
	const scales = {ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40};
	// "1.59 ms" and "1 240" as numbers that can be compared; text stays text.
	const keyOf = text => {
		const match = /^(?:[<>=+ ]*)(-?\d+(?: \d{3})*(?:\.\d+)?(?:e[+-]?\d+)?)(?: (ns|us|ms|s|B|KiB|MiB|GiB|TiB))?(?: times|\b|$)/.exec(text);
		return match ? Number(match[1].replace(/ /g, '')) * (scales[match[2]] || 1) : text;
	};
	const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;

	const sortable = table => {
		const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
		const sort = (head, column) => {
			const down = head.getAttribute('aria-sort') === 'ascending';
			const rows = [...body.rows].map(row => [keyOf(row.cells[column].textContent.trim()), row]);
			// Cells without a value come last, whatever the direction.
			rows.sort(([a], [b]) => a === '' || b === '' ? (a === '') - (b === '') : compare(a, b) * (down ? -1 : 1));
			body.append(...rows.map(([, row]) => row));
			heads.forEach(other => other.removeAttribute('aria-sort'));
			head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
		};
		heads.forEach((head, column) => {
			const button = document.createElement('button');
			button.textContent = head.textContent;
			button.title = 'Sort by ' + head.textContent;
			button.addEventListener('click', () => sort(head, column));
			head.replaceChildren(button);
		});
	};

	const filterable = (table, about) => {
		const label = document.createElement('label'), input = document.createElement('input');
		const count = document.createElement('span'), rows = [...table.tBodies[0].rows];
		const texts = rows.map(row => row.textContent.toLowerCase());
		input.type = 'search';
		count.setAttribute('role', 'status');
		label.append('Only rows of "' + about + '" with: ', input, ' ', count);
		input.addEventListener('input', () => {
			const words = input.value.toLowerCase().split(/\s+/);
			let shown = 0;
			rows.forEach((row, i) => {
				row.hidden = !words.every(word => texts[i].includes(word));
				shown += !row.hidden;
			});
			count.textContent = shown + ' of ' + rows.length;
		});
		table.parentElement.before(label);
	};

	document.querySelectorAll('table').forEach(table => {
		const section = table.closest('section'), rows = table.tBodies[0].rows.length;
		if (rows > 1)
			sortable(table);
		if (rows > 12 && section && !table.closest('figure'))
			filterable(table, section.querySelector('h2').textContent);
	});

	const nav = document.createElement('nav'), list = document.createElement('ul');
	nav.setAttribute('aria-label', 'Sections');
	document.querySelectorAll('h2[id]').forEach(heading => {
		const item = document.createElement('li'), link = document.createElement('a');
		link.href = '#' + heading.id;
		link.textContent = heading.textContent.replace(/:.*/, '');
		item.append(link);
		list.append(item);
	});
	const fold = document.createElement('details'), summary = document.createElement('summary');
	summary.textContent = 'On this page';
	fold.open = matchMedia('(min-width: 40rem)').matches;
	fold.append(summary, list);
	nav.append(fold);
	if (list.children.length > 2)
		document.querySelector('section').before(nav);
})();
