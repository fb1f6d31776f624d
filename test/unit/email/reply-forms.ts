/** How email programs announce the email that a person answers. */

export const marked = (text: string) => text.replaceAll(/^/gm, '> ')

const BATON = 'Baton <baton@example.com>'

const sentences: Readonly<Record<string, string>> = {
  Gmail: `On Mon, Jan 5, 2026 at 10:00 AM ${BATON} wrote:\n`,
  'Gmail, wrapped':
    'On Mon, Jan 5, 2026 at 10:00 AM Baton the Conductor of all the Workers\n<baton@example.com> wrote:\n',
  'Gmail, wrapped twice':
    'On Mon, Jan 5, 2026 at 10:00 AM Baton the Conductor of the Workers\n<baton@example.com>\nwrote:\n',
  'Gmail in German': `Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb ${BATON}:\n`,
  'Gmail in German, wrapped':
    'Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Baton der Dirigent von allen <\nbaton@example.com>:\n',
  'Gmail in French': `Le lun. 5 janv. 2026 à 10:00, ${BATON} a écrit :\n`,
  'Gmail in Spanish': `El lun, 5 ene 2026 a las 10:00, ${BATON} escribió:\n`,
  'Gmail in Japanese': `2026年1月5日(月) 10:00 ${BATON}:\n`,
  'Gmail in Chinese': `${BATON} 于2026年1月5日周一 10:00写道：\n`,
  'Gmail in Korean': `2026년 1월 5일 (월) 오전 10:00, ${BATON}님이 작성:\n`,
  'Gmail in Russian': `пн, 5 янв. 2026 г. в 10:00, ${BATON}:\n`,
  'Gmail in Turkish': `${BATON}, 5 Oca 2026 Pzt, 10:00 tarihinde şunu yazdı:\n`,
  'Gmail in Polish': `pon., 5 sty 2026 o 10:00 ${BATON} napisał(a):\n`,
  'Gmail in Greek': `Στις Δευ 5 Ιαν 2026 στις 10:00 π.μ., ο/η ${BATON} έγραψε:\n`,
  'Gmail in Hebrew': `‫בתאריך יום ב׳, 5 בינו׳ 2026 ב-10:00 מאת ‪Baton‬‏ <‪baton@example.com‬‏>:‬\n`,
  Yahoo: ` On Monday, January 5, 2026 at 10:00:00 AM GMT+1, ${BATON} wrote: \n \n `,
  Proton: `On Monday, January 5th, 2026 at 10:00 AM, ${BATON} wrote:\n`,
  'Proton on a phone': `-------- Original Message --------\nOn Monday, 01/05/26 at 10:00 ${BATON} wrote:\n`,
  Zoho: `---- On Mon, 05 Jan 2026 10:00:00 +0100 ${BATON} wrote ----\n`,
  Spark: `On Jan 5, 2026 at 10:00 +0100, ${BATON}, wrote:`,
  Tutanota: 'Jan 5, 2026, 10:00 by baton@example.com:\n',
  FairEmail: `January 5, 2026 10:00:00 AM ${BATON}:\n`,
  Yandex: '05.01.2026, 10:00, "Baton" <baton@example.com>:\n',
  'Mail.ru': `Понедельник, 5 января 2026, 10:00 +03:00 от ${BATON}:\n`,
  NetEase: '在 2026-01-05 10:00:00，"Baton" <baton@example.com> 写道：\n',
  Horde: `Zitat von ${BATON} vom 5.1.2026 10:00:\n`,
  Thunderbird: 'On 1/5/26 10:00, Baton wrote:',
  'Thunderbird in German': 'Am 05.01.26 um 10:00 schrieb Baton:',
  'Thunderbird in French': 'Le 05/01/2026 à 10:00, Baton a écrit :',
  'Thunderbird in Russian': '05.01.2026 10:00, Baton пишет:',
  'Thunderbird in Japanese': '2026/01/05 10:00, Baton wrote:',
  'Thunderbird in Czech': 'Dne 05. 01. 26 v 10:00 Baton napsal(a):',
  'Thunderbird in Dutch': 'Op 05-01-2026 om 10:00 schreef Baton:',
  'Thunderbird in Swedish': 'Den 2026-01-05 kl. 10:00, skrev Baton:',
  'Thunderbird in Hungarian': '2026. 01. 05. 10:00 keltezéssel, Baton írta:',
}

const apple: Readonly<Record<string, string>> = {
  'Apple Mail': `> On 5 Jan 2026, at 10:00, ${BATON} wrote:\n> `,
  'Apple Mail in German': `> Am 05.01.2026 um 10:00 schrieb ${BATON}:\n> `,
  'Apple Mail in Japanese': `> 2026/01/05 10:00、${BATON}のメール:\n> `,
}

/** Each with and without marks around the quote, except where the program always marks. */
export const FORMS: readonly (readonly [string, { announcement: string; isMarked: boolean }])[] = [
  ...Object.entries(sentences).flatMap(([name, announcement]) =>
    [true, false].map(
      (isMarked) =>
        [`${name}, ${isMarked ? '' : 'not '}marked`, { announcement, isMarked }] as const,
    ),
  ),
  ...Object.entries(apple).map(
    ([name, announcement]) => [name, { announcement, isMarked: true }] as const,
  ),
]

const fields = (labels: readonly [string, string, string, string], more = '') =>
  `${more}${labels[0]}: ${BATON}\n${labels[1]}: Monday, January 5, 2026 10:00 AM\n${labels[2]}: Ada <ada@example.com>\n${labels[3]}: Re: Work`

export const HEADS: readonly (readonly [string, string])[] = [
  ['Outlook', fields(['From', 'Sent', 'To', 'Subject'])],
  ['Outlook with a line', fields(['From', 'Sent', 'To', 'Subject'], `${'_'.repeat(32)}\n`)],
  ['Outlook in German', fields(['Von', 'Gesendet', 'An', 'Betreff'])],
  ['Outlook in French', fields(['De ', 'Envoyé ', 'À ', 'Objet '])],
  ['Outlook in Polish', fields(['Od', 'Wysłano', 'Do', 'Temat'])],
  ['Outlook in Japanese', fields(['差出人', '送信日時', '宛先', '件名'])],
  ['Outlook in Chinese', fields(['发件人', '发送时间', '收件人', '主题']).replaceAll(': ', '：')],
  ['Outlook in Russian', fields(['От', 'Отправлено', 'Кому', 'Тема'])],
  [
    'Outlook with bold labels',
    fields(['*From', '*Sent', '*To', '*Subject']).replaceAll(/^(\*\w+):/gm, '$1:*'),
  ],
  [
    'Outlook within a company',
    'Von: Baton\nGesendet: Montag, 5. Januar 2026 10:00\nAn: Ada\nBetreff: AW: Work',
  ],
  [
    'Outlook under another name',
    'From: Assistant\nSent: Monday, January 5, 2026 10:00 AM\nTo: Ada\nSubject: RE: Work',
  ],
  ['an old Outlook', '-----Original Message-----\nFrom: Baton\nSent: Monday'],
  [
    'an old Outlook in German',
    `-----Ursprüngliche Nachricht-----\n${fields(['Von', 'Gesendet', 'An', 'Betreff'])}`,
  ],
  ['Samsung', `-------- Original message --------\n${fields(['From', 'Date', 'To', 'Subject'])}`],
  [
    'eM Client',
    `------ Original Message ------\nFrom "Baton" <baton@example.com>\nTo "Ada" <ada@example.com>\nDate 1/5/2026 10:00:00 AM\nSubject Re: Work`,
  ],
  [
    'GMX',
    `Gesendet: Montag, 5. Januar 2026 um 10:00 Uhr\nVon: "Baton" <baton@example.com>\nAn: Ada <ada@example.com>\nBetreff: Re: Work`,
  ],
  [
    'QQ',
    `------------------ 原始邮件 ------------------\n发件人: "Baton" <baton@example.com>;\n发送时间: 2026年1月5日(星期一) 上午10:00\n收件人: "Ada"<ada@example.com>;\n主题: Re: Work`,
  ],
]
