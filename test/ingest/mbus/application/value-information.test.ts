import { describe, expect, test } from 'vitest';
import { isPlain, type Meaning } from '../../../../ingest/mbus/application/meaning.ts';
import { interpretBlock, MeaningCache } from '../../../../ingest/mbus/application/value-information.ts';
import { fromHexLine } from '../../../../ingest/mbus/hex.ts';

function meaning(text: string, manufacturerCode = 0): Meaning {
  const block = fromHexLine(text)!;
  return interpretBlock(block, 0, block.length, manufacturerCode);
}

/** First and last code of every range of the tables of EN 13757-3:2018, and every neighbour that could be mistaken. */
describe('tables of VIF', () => {
  test.each([
    ['00', 'energy', 'Wh', 1, -3],
    ['07', 'energy', 'Wh', 1, 4],
    ['08', 'energy', 'J', 1, 0],
    ['0F', 'energy', 'J', 1, 7],
    ['10', 'volume', 'm^3', 1, -6],
    ['17', 'volume', 'm^3', 1, 1],
    ['18', 'mass', 'kg', 1, -3],
    ['1F', 'mass', 'kg', 1, 4],
    ['20', 'on time', 's', 1, 0],
    ['23', 'on time', 's', 86400, 0],
    ['25', 'operating time', 's', 60, 0],
    ['28', 'power', 'W', 1, -3],
    ['2F', 'power', 'W', 1, 4],
    ['30', 'power', 'J/h', 1, 0],
    ['37', 'power', 'J/h', 1, 7],
    ['38', 'volume flow', 'm^3/h', 1, -6],
    ['40', 'volume flow', 'm^3/h', 60, -7],
    ['4F', 'volume flow', 'm^3/h', 3600, -2],
    ['50', 'mass flow', 'kg/h', 1, -3],
    ['58', 'flow temperature', '°C', 1, -3],
    ['5F', 'return temperature', '°C', 1, 0],
    ['60', 'temperature difference', 'K', 1, -3],
    ['67', 'external temperature', '°C', 1, 0],
    ['68', 'pressure', 'bar', 1, -3],
    ['6E', 'heat cost allocator', 'Units for H.C.A.', 1, 0],
    ['72', 'averaging duration', 's', 3600, 0],
    ['77', 'actuality duration', 's', 86400, 0],
    ['78', 'fabrication number', '', 1, 0],
    ['7A', 'bus address', '', 1, 0],
    ['7E', 'any', '', 1, 0],
    ['FD40', 'voltage', 'V', 1, -9],
    ['FD49', 'voltage', 'V', 1, 0],
    ['FD4F', 'voltage', 'V', 1, 6],
    ['FD50', 'current', 'A', 1, -12],
    ['FD5F', 'current', 'A', 1, 3],
    ['FD03', 'credit', 'Currency units', 1, 0],
    ['FD04', 'debit', 'Currency units', 1, -3],
    ['FD1C', 'baud rate', 'Baud', 1, 0],
    ['FD1D', 'response delay time', 'Bittimes', 1, 0],
    ['FD17', 'error flags', '', 1, 0],
    ['FD27', 'storage interval', 's', 86400, 0],
    ['FD28', 'storage interval', 'month', 1, 0],
    ['FD31', 'duration of tariff', 's', 60, 0],
    ['FD3A', 'dimensionless', '', 1, 0],
    ['FD6F', 'operating time of battery', 'year', 1, 0],
    ['FD74', 'remaining battery lifetime', 's', 86400, 0],
    ['FDFD02', 'remaining battery lifetime', 'month', 1, 0],
    ['FB00', 'energy', 'Wh', 1, 5],
    ['FB01', 'energy', 'Wh', 1, 6],
    ['FB02', 'reactive energy', 'varh', 1, 3],
    ['FB03', 'reactive energy', 'varh', 1, 4],
    ['FB05', 'apparent energy', 'VAh', 1, 4],
    ['FB08', 'energy', 'J', 1, 8],
    ['FB0D', 'energy', 'J', 41868, 2],
    ['FB11', 'volume', 'm^3', 1, 3],
    ['FB14', 'reactive power', 'var', 1, 0],
    ['FB17', 'reactive power', 'var', 1, 3],
    ['FB19', 'mass', 'kg', 1, 6],
    ['FB1A', 'relative humidity', '%', 1, -1],
    ['FB21', 'volume', 'm^3', 28316846592, -13],
    ['FB29', 'power', 'W', 1, 6],
    ['FB2B', 'phase angle voltage to current', '°', 1, -1],
    ['FB2C', 'frequency', 'Hz', 1, -3],
    ['FB2F', 'frequency', 'Hz', 1, 0],
    ['FB31', 'power', 'J/h', 1, 9],
    ['FB34', 'apparent power', 'VA', 1, 0],
    ['FB37', 'apparent power', 'VA', 1, 3],
    ['FB74', 'temperature limit', '°C', 1, -3],
    ['FB78', 'cumulated maximum power', 'W', 1, -3],
    ['FB7F', 'cumulated maximum power', 'W', 1, 4],
  ])('%s: %s in %s', (block, quantity, unit, multiplier, exponent10) => {
    expect(meaning(block)).toMatchObject({ quantity, unit, multiplier, exponent10, known: true, qualifiers: [] });
  });

  test.each(['6F', 'FB06', 'FB0A', 'FB22', 'FB58', 'FB70', 'FD77', 'FD7F', 'FDFD10'])('%s is reserved', (block) => {
    expect(meaning(block)).toMatchObject({ quantity: 'reserved', unit: '', known: false, vib: block });
  });
});

describe('VIFE', () => {
  test.each([
    ['83 3B', { direction: 'import', exponent10: 0 }],
    ['83 3C', { direction: 'export' }],
    ['83 FC 0C', { direction: 'net' }],
    ['83 FC 10', { direction: 'absolute' }],
    ['AB FC 01', { phase: 'L1' }],
    ['AB FC 04', { phase: 'N' }],
    ['FD C8 FC 07', { phase: 'L3-L1', quantity: 'voltage' }],
    ['FB 82 FC 0B', { quadrant: 4, quantity: 'reactive energy' }],
    ['AB 70', { exponent10: -6 }],
    ['AB 77', { exponent10: 1 }],
    ['AB 7D', { exponent10: 3 }],
    ['AB FD 76', { exponent10: 3 }],
    ['E7 79', { offset: { mantissa: 1, exponent10: -2 } }],
    ['E7 FB 78', { offset: { mantissa: 1001, exponent10: -3 } }],
    ['AB FC 82 BC 7D', { phase: 'L2', direction: 'export', exponent10: 3 }],
    ['AB 7E', { qualifiers: ['future'] }],
    ['AB 12', { qualifiers: ['average'] }],
    ['93 22', { qualifiers: ['per hour'], unit: 'm^3' }],
    ['AB 40', { qualifiers: ['lower limit'], unit: 'W' }],
    ['AB 48', { qualifiers: ['upper limit'] }],
    ['AB 41', { quantity: 'count', unit: '', exponent10: 0, qualifiers: ['of power', 'exceedings of lower limit'] }],
    ['AF 53', { quantity: 'duration', unit: 's', multiplier: 86400, exponent10: 0 }],
    ['AF 64', { quantity: 'duration', multiplier: 1, qualifiers: ['of power', 'last'] }],
    ['AB 4F', { quantity: 'date', kind: 2, qualifiers: ['of power', 'end of last exceeding of upper limit'] }],
    ['AB 6A', { quantity: 'date', kind: 2, qualifiers: ['of power', 'begin of first'] }],
    ['83 39', { quantity: 'date', kind: 2, qualifiers: ['of energy', 'start'] }],
    ['AB 6D', { qualifiers: ['overflow'] }],
    ['83 FC 11', { kind: 1 }],
    ['83 00', { error: null }],
    ['83 15', { error: 'METER_NO_DATA' }],
    ['83 FC 81 18', { error: 'METER_DATA_ERROR', phase: 'L1' }],
    ['83 19', { error: null, known: false, qualifiers: ['vife 19'] }],
    ['83 10', { error: null, known: false, qualifiers: ['vife 10'] }],
    ['AB FF 81 00', { manufacturerVife: '8100', quantity: 'power', phase: null }],
    ['FF 12', { quantity: 'manufacturer specific', manufacturerVife: '12', known: false }],
    ['AB 4C', { known: false }],
    ['AB FC 1F', { known: false }],
  ])('%s', (block, expected) => {
    expect(meaning(block)).toMatchObject(expected);
  });

  test('manufacturers that publish them: phases after FF', () => {
    const abb = 0x0442;
    expect(meaning('AB FF 81 00', abb)).toMatchObject({ phase: 'L1', manufacturerVife: '8100' });
    expect(meaning('FD C8 FF 05', abb)).toMatchObject({ phase: 'L1-L2' });
    expect(meaning('AB FF 02', 0x4c43)).toMatchObject({ phase: 'L2' });
    expect(meaning('AB FF 02', 0x0421)).toMatchObject({ phase: null });
  });

  test('plain text: the text first, the VIFE behind it', () => {
    expect(meaning('FC 03 48 52 25 74')).toMatchObject({ quantity: '%RH', exponent10: -2, unit: '' });
    expect(meaning('FC 03 48 52 25 FC 02')).toMatchObject({ quantity: '%RH', phase: 'L2' });
  });

  test('only a plain value is plain', () => {
    for (const block of ['03', '83 3B', 'AB FC 01', 'FD 48']) expect(isPlain(meaning(block)), block).toBe(true);
    for (const block of ['AB 48', 'AB 12', '83 FC 08', 'FD 7C', 'AB 7E'])
      expect(isPlain(meaning(block)), block).toBe(false);
  });
});

test('the cache gives one object a block, tells manufacturers apart and stays bounded', () => {
  const cache = new MeaningCache();
  const block = fromHexLine('AB FF 02')!;
  const first = cache.find(block, 0, 3, 0x4c43);
  expect(cache.find(Uint8Array.of(0, ...block), 1, 4, 0x4c43)).toBe(first);
  expect(cache.find(block, 0, 3, 0x0421).phase).toBeNull();
  for (let text = 0; text < 5000; text++) {
    const plain = Uint8Array.of(0xfc, 2, text & 0xff, text >> 8, 0x3b);
    expect(cache.find(plain, 0, 5, 0)).toMatchObject({ direction: 'import' });
  }
  expect(cache.find(block, 0, 3, 0x4c43)).toEqual(first);
});
