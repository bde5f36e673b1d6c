// Keys out of what people paste and upload.
import { expect, test } from 'vitest';
import { keysIn, keysOfFile } from '../src/components/keys';

test('pasted keys are apart by whatever people use, and count once', () => {
  expect(keysIn(' c-1, c-2;c-3\nc-1\r\n\n c 4 ')).toEqual(['c-1', 'c-2', 'c-3', 'c 4']);
});

test('a file of one column is all keys', () => {
  expect(keysOfFile('a.txt', 'c-1\nc-2\n')).toEqual(['c-1', 'c-2']);
});

test('a column named id is taken wherever it stands, and its head is no key', () => {
  expect(keysOfFile('a.csv', 'name,id\n"Doe, Jane",c-1\n"say ""hi""",c-2\n')).toEqual(['c-1', 'c-2']);
  expect(keysOfFile('a.csv', 'id\nc-1')).toEqual(['c-1']);
});

test('without such a column the first one is taken', () => {
  expect(keysOfFile('a.csv', 'c-1,Paris\nc-2,Rome')).toEqual(['c-1', 'c-2']);
});
