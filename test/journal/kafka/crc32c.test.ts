import { expect, test } from 'vitest';
import { crc32c } from '../../../journal/kafka/crc32c.ts';

test('RFC 3720, appendix B.4', () => {
  const of = (bytes: readonly number[]): string => crc32c(Uint8Array.from(bytes), 0, bytes.length).toString(16);
  const numbers = Array.from({ length: 32 }, (_, index) => index);
  expect(of(numbers.map(() => 0))).toBe('8a9136aa');
  expect(of(numbers.map(() => 0xff))).toBe('62a8ab43');
  expect(of(numbers)).toBe('46dd794e');
  expect(of(numbers.toReversed())).toBe('113fdb5c');
});

test('“123456789”, and a part of more', () => {
  const bytes = Buffer.from('x123456789y');
  expect(crc32c(bytes, 1, 10)).toBe(0xe3069283);
  expect(crc32c(bytes, 1, 1)).toBe(0);
});
