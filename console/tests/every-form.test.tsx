// Every form of the language, as the server draws them: shown whole, and given back as it was.
import { readFileSync } from 'node:fs';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { Builder } from '../src/builder/Builder';
import type { Catalog } from '../src/builder/catalog';
import type { Names } from '../src/builder/context';
import type { Condition } from '../src/builder/model';
import { compact, expand } from '../src/builder/shape';
import { catalog, conditions } from './worlds';

type Forms = { catalog: Catalog; names: Names; definitions: { audience: string; where: Condition }[] };

// Without a file of them, those that stand in this folder.
const file = process.env.SATSUMA_FORMS;
const few: Forms = {
  catalog,
  names: { segments: ['VIP', 'Trial'], lists: ['newsletter', 'x', 'y'], topics: ['email'] },
  definitions: Object.values(conditions).map((where) => ({ audience: 'contact', where })),
};
const forms: Forms = file ? JSON.parse(readFileSync(file, 'utf-8')) : few;

function Kept({
  where,
  audience,
  seen,
}: {
  where: Condition;
  audience: string;
  seen: (next: Condition) => void;
}) {
  const [value, setValue] = useState(where);
  return (
    <Builder
      value={value}
      onChange={(next) => {
        seen(next);
        setValue(next);
      }}
      catalog={forms.catalog}
      audience={audience}
      names={forms.names}
      values={async () => []}
    />
  );
}

function show(where: Condition, audience: string) {
  const seen = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Kept where={where} audience={audience} seen={seen} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return seen;
}

/** As it is stored: a filter that admits everything is left out. */
function stored(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(stored);
  if (node === null || typeof node !== 'object') return node;
  const admitsAll = (key: string, value: unknown) =>
    ['where', 'among'].includes(key) && !('related' in node) && JSON.stringify(value) === '{"all":[]}';
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !admitsAll(key, value))
      .map(([key, value]) => [key, stored(value)]),
  );
}

test('every definition is the same once it was shown', () => {
  for (const { where } of forms.definitions) expect(compact(expand(where)).condition).toEqual(stored(where));
});

test('every definition is shown with nothing unknown in it, and given back after an edit is undone', {
  timeout: 240_000,
}, () => {
  const unknown: string[] = [];
  for (const { where, audience } of forms.definitions) {
    const seen = show(where, audience);
    const said = JSON.stringify(where);
    expect(seen, said).not.toHaveBeenCalled();
    for (const one of document.querySelectorAll<HTMLInputElement>('[aria-invalid="true"]'))
      unknown.push(`${one.getAttribute('aria-label')}: ${one.value} in ${said}`);
    const root = screen.getByLabelText(/^How these conditions are joined: Conditions$/) as HTMLSelectElement;
    fireEvent.change(root, { target: { value: root.value === 'none' ? 'all' : 'none' } });
    expect(seen, said).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByLabelText('Undo'));
    expect(seen, said).toHaveBeenLastCalledWith(stored(where));
    cleanup();
  }
  expect(unknown).toEqual([]);
});
