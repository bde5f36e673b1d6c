// Keys of records out of what people paste or upload.

/** Keys apart by lines, commas, semicolons or tabs, each once. */
export function keysIn(text: string): string[] {
  return unique(text.split(/[\n\r,;\t]+/));
}

/** Keys of a file: the column named id or key, or the first one; every line's where there is one column. */
export function keysOfFile(name: string, text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const head = cells(lines[0] ?? '', name);
  const named = head.findIndex((cell) => ['id', 'key', 'contact'].includes(cell.toLowerCase()));
  if (named < 0 && head.length === 1) return unique(lines.map((line) => cells(line, name)[0] ?? ''));
  const rows = named < 0 ? lines : lines.slice(1);
  return unique(rows.map((line) => cells(line, name)[Math.max(named, 0)] ?? ''));
}

/** Cells of a line of a table in text. */
export function cells(line: string, name: string): string[] {
  const separator = name.endsWith('.tsv') || line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const character = line[i];
    if (quoted) {
      if (character === '"' && line[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else if (character === '"') quoted = false;
      else cell += character;
    } else if (character === '"') quoted = true;
    else if (character === separator) {
      found.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...found, cell.trim()];
}

function unique(keys: string[]): string[] {
  return [...new Set(keys.map((key) => key.trim()).filter(Boolean))];
}

export type ColumnSeen = { name: string; examples: string[] };

const EXAMPLES = 3;

/** Columns of a file with a few values, from its beginning; empty for a file that is no text. */
export function columnsOf(name: string, beginning: string): ColumnSeen[] {
  const lines = beginning
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter(Boolean);
  if (/\.(jsonl|ndjson)$/i.test(name)) return columnsOfJson(lines.slice(0, 50));
  if (!/\.(csv|tsv|txt)$/i.test(name)) return [];
  const head = cells(lines[0] ?? '', name);
  const rows = lines.slice(1, 1 + EXAMPLES).map((line) => cells(line, name));
  return head.map((column, i) => ({
    name: column,
    examples: rows.map((row) => row[i] ?? '').filter(Boolean),
  }));
}

function columnsOfJson(lines: string[]): ColumnSeen[] {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    try {
      for (const [column, value] of Object.entries(JSON.parse(line) as object)) {
        const examples = found.get(column) ?? [];
        if (value !== null && examples.length < EXAMPLES) examples.push(String(value));
        found.set(column, examples);
      }
    } catch {
      // The last line may be cut.
    }
  }
  return [...found].map(([column, examples]) => ({ name: column, examples }));
}
