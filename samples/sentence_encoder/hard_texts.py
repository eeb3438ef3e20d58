"""Texts that are hard to cut into tokens; those of check.py are lines, so none has a line feed."""

HARD_TEXTS = [
    "",
    " \t ",
    "Hello, world!",
    "unaffable UNWANTED running",
    "it's John's \"well-made\" (re-make)...",
    "$5.00 + 7% = <3 ^_^ `x` ~ | {a} [b] @c #d &e *f \\g",
    "http://example.org/a_b?c=d&e=1#f user@example.org",
    "3.14159 1,000,000 1990s 2nd 50% №5 ½ ² ⅷ",
    # accents, composed and apart, and letters that only look like it
    "Crème brûlée, naïve café, Ångström, Łódź, smørrebrød, straße, Æsop",
    "cre\u0300me bru\u0302le\u0301e a\u0323\u0302 a\u0302\u0323",
    "İstanbul ISTANBUL ı ǅ ŉ ẞ ﬁ ﬀ",
    "Tiếng Việt có dấu: phở, Nguyễn",
    "Ã© garbled â€™ text",
    # other scripts
    "Привет, мир! Ёлка и ёж, йод. ЩУКА",
    "Καλημέρα ΣΊΣΥΦΟΣ κόσμε; ᾅ",
    "你好,世界。 我爱北京天安门!",
    "漢字かな交じり文 カタカナ ｶﾀｶﾅ ガ か\u3099",
    "한국어 형태소 \u1112\u1161\u11ab",
    "中English混合text文字 豈更車\ufa0e \U0002f800\U00020000",
    "مرحبا بالعالم، السَّلَامُ",
    "שָׁלוֹם עולם",
    "नमस्ते दुनिया। ภาษาไทยไม่มีช่องว่าง เก\u0e49ำ",
    "தமிழ் বাংলা ქართული ᲥᲐᲠᲗᲣᲚᲘ Հայերեն አማርኛ",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ℝ ™ ① Ⓐ ﹁ ＡＢＣ１２３！",
    # emoji
    "I ❤️ this 😀👍🏽 👨‍👩‍👧‍👦 🇩🇪 film 🎬!!! :-)",
    # characters that are dropped, and spaces
    "a\u0000b a\u0007b a\u001fb a\u007fb a\u0085b a\u009fb",
    "zero\u200bwidth soft\u00adhyphen joi\u200dner \ufeffmark left\u200eright\u202e a\ufffdb",
    "no\u00a0break em\u2003space line\u2028separator para\u2029graph ideo\u3000graphic ogham\u1680x",
    "tab\tcarriage\rvertical\u000bform\u000cfeed",
    "private \ue000 use \U000f0000, unassigned \u0378 \U0003ffff",
    # marks: dashes and quotes of all kinds, and what is no punctuation
    "“Quoted” ‘so’ «too» „and“ ‹that› – — ― … • · ¿qué? ¡sí! § ¶ † ° © ® × ÷ € £",
    "a_b__c-d--e/f//g",
    "¨ ´ ¸ a\u20ddb \u0301 \u0301a",
    # long words
    "a" * 100,
    "a" * 101,
    "é" * 100 + " " + "e\u0301" * 101,
    "ж" * 100 + " " + "ж" * 101,
    "pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    # unknown pieces
    "ab☃cd ☃ 𐍈 a𐍈",
    # special tokens, written out
    "[CLS] [SEP] [MASK] [UNK]",
    "a[MASK]b [mask] [ MASK ] [[MASK]] [CLS[SEP]",
    "##ing ing## # ##",
    # longer than the model takes
    "far too long " * 100,
    "x " * 300,
]
