// The builder as people use it: every form is shown, labelled, left alone when nothing is done, and edited.
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { Builder, type BuilderProps } from '../src/builder/Builder';
import type { Condition } from '../src/builder/model';
import { catalog, conditions } from './worlds';

const names = { segments: ['VIP', 'Trial'], lists: ['newsletter', 'x', 'y'], topics: ['email'] };

function Held({
  value,
  seen,
  more,
}: {
  value: Condition;
  seen: (next: Condition) => void;
  more: Partial<BuilderProps>;
}) {
  const [condition, setCondition] = useState(value);
  return (
    <Builder
      value={condition}
      onChange={(next) => {
        seen(next);
        setCondition(next);
      }}
      catalog={catalog}
      audience="contact"
      names={names}
      values={async () => []}
      {...more}
    />
  );
}

function show(value: Condition, more: Partial<BuilderProps> = {}) {
  const seen = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Held value={value} seen={seen} more={more} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return seen;
}

test.each(Object.entries(conditions))('%s is shown with a label on each control', (_, condition) => {
  const seen = show(condition);
  expect(seen).not.toHaveBeenCalled();
  for (const control of document.querySelectorAll('input:not([type="hidden"]), select, button')) {
    if (control.closest('[aria-hidden="true"]')) continue;
    const labels = (control as HTMLInputElement).labels?.length ?? 0;
    const named = control.getAttribute('aria-label') || control.textContent || labels > 0;
    expect(named, control.outerHTML).toBeTruthy();
  }
});

test('changing a value gives the whole condition', () => {
  const seen = show({ all: [{ attribute: 'city', op: 'is', value: 'Paris' }, { segment: 'VIP' }] });
  fireEvent.change(screen.getByLabelText('Value', { selector: 'input' }), { target: { value: 'Rome' } });
  expect(seen).toHaveBeenLastCalledWith({
    all: [{ attribute: 'city', op: 'is', value: 'Rome' }, { segment: 'VIP' }],
  });
});

test('changing how conditions are joined keeps them', () => {
  const seen = show({ all: [{ segment: 'VIP' }, { list: 'x' }] });
  fireEvent.change(screen.getByLabelText(/How these conditions are joined/), { target: { value: 'none' } });
  expect(seen).toHaveBeenLastCalledWith({ not: { any: [{ segment: 'VIP' }, { list: 'x' }] } });
});

test('a new operator of another form begins with a value of that form', () => {
  const seen = show({ attribute: 'city', op: 'is', value: 'Paris' });
  fireEvent.change(screen.getByLabelText('Comparison'), { target: { value: 'in' } });
  expect(seen).toHaveBeenLastCalledWith({ attribute: 'city', op: 'in', value: ['Paris'] });
});

test('what was done can be undone and done again', () => {
  const seen = show({ all: [{ segment: 'VIP' }, { list: 'x' }] });
  fireEvent.click(screen.getByLabelText(/Remove: In a segment: VIP/));
  expect(seen).toHaveBeenLastCalledWith({ list: 'x' });
  fireEvent.click(screen.getByLabelText('Undo'));
  expect(seen).toHaveBeenLastCalledWith({ all: [{ segment: 'VIP' }, { list: 'x' }] });
  fireEvent.click(screen.getByLabelText('Redo'));
  expect(seen).toHaveBeenLastCalledWith({ list: 'x' });
});

test('Alt and an arrow key move a condition', () => {
  const seen = show({ all: [{ segment: 'VIP' }, { list: 'x' }] });
  fireEvent.keyDown(screen.getByLabelText(/Drag to reorder: In a segment/), {
    key: 'ArrowDown',
    altKey: true,
  });
  expect(seen).toHaveBeenLastCalledWith({ all: [{ list: 'x' }, { segment: 'VIP' }] });
});

test('not is chosen as a word', () => {
  const seen = show({ did: 'purchase' });
  fireEvent.change(screen.getByLabelText('Whether it is so'), { target: { value: 'not' } });
  expect(seen).toHaveBeenLastCalledWith({ not: { did: 'purchase' } });
});

test('a problem stands at the condition in which it lies', () => {
  show(
    { all: [{ segment: 'VIP' }, { did: 'purchase', where: { attribute: 'amount', op: '>', value: 1 } }] },
    { problems: [{ path: 'where.all[1].where.value', message: 'No such thing', severity: 'error' }] },
  );
  const card = screen.getByText('No such thing').closest('.b-card') as HTMLElement;
  expect(within(card).getByLabelText('Attribute', { selector: 'input' })).toBeTruthy();
});

test('what is locked has nothing to press', () => {
  show({ all: [{ segment: 'VIP' }, { list: 'x' }] }, { disabled: true });
  expect(screen.queryByLabelText(/Remove/)).toBeNull();
  expect(screen.queryByText('Add condition')).toBeNull();
});
