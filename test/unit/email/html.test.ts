/** HTML as text: what a person would read, without hidden parts. */
import { describe, expect, test } from 'vitest'
import { textOfHtml } from '../../../src/channels/email/on-demand/html.ts'

describe('is read', () => {
  test.each([
    ['paragraphs', '<p>one</p><p>two<br>three</p>', 'one\n\ntwo\nthree'],
    ['entities', '&lt;b&gt; caf&eacute;', '<b> café'],
    ['a heading as it is', '<h1>Head</h1>', 'Head'],
    ['a list', '<ul><li>one</li><li>two</li></ul>', '* one\n * two'],
    ['cells apart', '<table><tr><td>a</td><td>b</td></tr></table>', 'a b'],
    ['a quote, marked', 'Hi<blockquote type="cite">old</blockquote>', 'Hi\n\n> old'],
    ['a link', '<a href="https://example.com/a">here</a>', 'here [https://example.com/a]'],
    [
      'a link that is its text',
      '<a href="https://example.com">https://example.com</a>',
      'https://example.com',
    ],
    ['no picture', '<img src="https://example.com/a.png" alt="logo">Hi', 'Hi'],
    ['a line, but no dashes', 'a<hr>b', 'a\nb'],
    ['a second body', '<body>a </body><body>b</body>', 'a b'],
    ['broken HTML', '</x-prepared></body>a<p>b', 'a\n\nb'],
    [
      'lines that CSS keeps',
      '<div style="white-space: pre-wrap">Run:\n```sh\ndate\n  uname -a\n```</div>',
      'Run:\n```sh\ndate\n  uname -a\n```',
    ],
    [
      'lines that CSS keeps, in other elements',
      '<div style="WHITE-SPACE:pre-line">a\r\n <b>b\nc</b><p style="white-space:normal">d\ne</p></div>',
      'a\nb\nc\n\nd e',
    ],
    [
      'lines that CSS keeps in a quote',
      '<blockquote><span style="white-space:pre">a\nb</span></blockquote>',
      '> a\n> b',
    ],
    ['lines that CSS does not keep', '<div style="white-space:nowrap">a\nb</div>', 'a b'],
    ['nothing', '', ''],
  ])('%s', (_, html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })
})

describe('is hidden', () => {
  test.each([
    ['<p hidden>no</p>'],
    ['<p style="display:none">no</p>'],
    ['<p style="color:red; DISPLAY : None !important;">no</p>'],
    ['<p style="display:/* */none">no</p>'],
    ['<p style="display:block;display:none">no</p>'],
    ['<p style="visibility:hidden">no</p>'],
    ['<p style="mso-hide:all">no</p>'],
    ['<p style="opacity:0">no</p>'],
    ['<p style="opacity:.0">no</p>'],
    ['<span style="font-size:0px">no</span>'],
    ['<span style="font-size: 0.0em">no</span>'],
    ['<div style="max-height:0;overflow:hidden">no</div>'],
    ['<div style="height:0px;overflow:hidden">no</div>'],
    ['<div style="display:none"><p style="display:block">no</p></div>'],
    ['<div><div><b><i hidden>no</i></b></div></div>'],
    ['<style>no</style>'],
    ['<script>no()</script>'],
    ['<head><title>no</title></head>'],
    ['<template>no</template>'],
    ['<!-- no -->'],
  ])('%s', (html) => {
    expect(textOfHtml(`<p>yes</p>${html}<p>also</p>`).split(/\s+/)).toEqual(['yes', 'also'])
  })

  test.each([
    ['<p style="display:none;display:block">yes</p>'],
    ['<p style="font-size:0.9em">yes</p>'],
    ['<p style="font-size:10px">yes</p>'],
    ['<p style="opacity:0.5">yes</p>'],
    ['<p style="max-height:0">yes</p>'],
    ['<p style="overflow:hidden">yes</p>'],
    ['<p style="">yes</p>'],
    ['<p class="hidden">yes</p>'],
  ])('but not %s', (html) => {
    expect(textOfHtml(html)).toBe('yes')
  })
})

test('of an enormous email the beginning is read', () => {
  expect(textOfHtml(`<p>first</p>${'<br>'.repeat(30_000)}last`)).toBe('first')
  expect(textOfHtml(`<p>first</p>${'a'.repeat(600_000)}last`)).toMatch(/^first\n\na{490000,}$/)
})
