/** What sandboxes may reach: the rules for E2B, and what is said of them. */
import { describe, expect, test } from 'vitest'
import { egress, isRestricted, networkNote, networkRules } from '../../../src/core/egress.ts'

const OWN = ['api.example.com', 'gateway.example.com', 'bucket.example.com']

test('an open sandbox reaches everything but private and link-local addresses', () => {
  const rules = networkRules('open', OWN)
  expect(rules.allowOut).toBeUndefined()
  expect(rules.denyOut).toEqual(
    expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
  )
  expect(isRestricted(rules)).toBe(false)
})

test('a list allows these hosts and those without which no job runs', () => {
  const rules = networkRules(['pypi.org', 'api.example.com'], OWN)
  expect(rules).toEqual({ allowOut: [...OWN, 'pypi.org'], denyOut: ['0.0.0.0/0'] })
  expect(isRestricted(rules)).toBe(true)
  expect(networkRules([], OWN).allowOut).toEqual(OWN)
})

describe('a list', () => {
  test('may have wildcards, and is the same in any case', () => {
    expect(egress.parse(['PyPI.org', '*.pythonhosted.org'])).toEqual([
      'pypi.org',
      '*.pythonhosted.org',
    ])
  })

  test.each([
    'all',
    ['*'],
    ['https://pypi.org'],
    ['pypi.org:443'],
    ['pypi.org/simple'],
    ['10.0.0.1'],
    ['10.0.0.0/8'],
    ['localhost'],
    ['-pypi.org'],
    Array.from({ length: 30 }, (_, i) => `host-${i}.example.com`),
  ])('is refused: %j', (value) => {
    expect(egress.safeParse(value).success).toBe(false)
  })
})

test('whoever meets a failed request reads the setting and the hosts', () => {
  const note = networkNote('Your sandbox', 'workerEgress', ['pypi.org', '*.pythonhosted.org'])
  expect(note).toContain('Baton itself and 2 hosts: pypi.org, *.pythonhosted.org')
  expect(note).toContain('setting workerEgress')
  expect(networkNote('Your sandbox', 'workerEgress', [])).toContain('no host but Baton itself')
  expect(networkNote('Your sandbox', 'workerEgress', 'open')).toBeUndefined()
})
