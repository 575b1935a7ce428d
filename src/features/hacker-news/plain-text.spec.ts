import { describe, expect, it } from '@jest/globals';
import { plainText } from './plain-text.js';

describe('plainText', () => {
  it.each([
    ['One.<p>Two.<p>Three.', 'One.\n\nTwo.\n\nThree.'],
    ['It&#x27;s &quot;so&quot; &amp; 1 &lt; 2 &#62; 0', `It's "so" & 1 < 2 > 0`],
    ['<i>Never</i> <pre><code>  if (a &lt; b)\n    c();\n</code></pre>', 'Never   if (a < b)\n    c();'],
    [
      'See <a href="https:&#x2F;&#x2F;example.com&#x2F;a&#x2F;long&#x2F;way" rel="nofollow">https:&#x2F;&#x2F;example.com&#x2F;a&#x2F;lo...</a>.',
      'See https://example.com/a/long/way.',
    ],
    ['&lt;script&gt; is shown', '<script> is shown'],
    ['&amp;lt; is written so', '&lt; is written so'],
    ['&unknown; &#x110000; &#xZZ; & ; 1 < 2', '&unknown; &#x110000; &#xZZ; & ; 1 < 2'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['', ''],
  ])('makes text of %j', (html, text) => {
    expect(plainText(html)).toBe(text);
  });

  it('takes time in proportion to the length of any input', () => {
    const length = 200_000;
    for (const part of ['<', '<a ', '<a href="', '<a href="">', '&#', '<a href="x" y>z', ' '])
      expect(plainText(part.repeat(length / part.length)).length).toBeLessThanOrEqual(length);
  });
});
