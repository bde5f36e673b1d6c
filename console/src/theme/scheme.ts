// Remembers the choice of light or dark under the same name as public/scheme.js reads it.
import { localStorageColorSchemeManager } from '@mantine/core';

export const schemeManager = localStorageColorSchemeManager({ key: 'satsuma-scheme' });
