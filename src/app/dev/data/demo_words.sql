-- What demo.sql draws from: names, bios, posts and notes of the people of the account `demo`. All of them are made up.
-- Runs first, in the same transaction.

-- The planner has no idea how few rows these are: compiling for them takes longer than all the rest.
SET LOCAL jit = off;

-- First and last names of a language as shown and, behind `=` where that is not the same in lower case, in a handle.
CREATE TEMP TABLE names (lang text, firsts text[], lasts text[]) ON COMMIT DROP;
INSERT INTO names
SELECT lang, string_to_array(firsts, ','), string_to_array(lasts, ',')
FROM (VALUES
    ('en', 'Hannah,Marcus,Priya,Owen,Tunde,Ellie,Dana,Colin,Ruth,Amara,Felix,Gwen,Isla,Nadia,Trevor,Yusuf',
           'Whitfield,Bellweather,Raman,O''Dowd=odowd,Adeyemi,Stonebridge,Kettle,Marlow,Okafor,Pennington,Quill,Ashdown,'
           'Birchall,Lockwood,Nwosu,Thistle'),
    ('fr', 'Zoé=zoe,Rémi=remi,Anaïs=anais,Loïc=loic,Inès=ines,Maëlle=maelle,Bastien,Clémence=clemence',
           'Lemaître=lemaitre,Chauvet,Béranger=beranger,Kervella,Faure,Roussin,Vannier,Grandclément=grandclement'),
    ('es', 'Lucía=lucia,Íñigo=inigo,Paloma,Mateo,Noelia,Álvaro=alvaro,Jimena',
           'Arrizola,Montealegre,Espinar,Carballido,Salvatierra,Urquijo,Núñez=nunez'),
    ('de', 'Jürgen=juergen,Käthe=kaethe,Anton,Wiebke,Lars,Mareike',
           'Weißgerber=weissgerber,Brandtner,Möllering=moellering,Süßkind=suesskind,Ahlers,Kronthaler'),
    ('pt', 'João=joao,Beatriz,Thiago,Inês=ines,Caio,Marília=marilia',
           'Sequeira,Falcão=falcao,Moraes,Barcelos,Valadão=valadao,Pimentel'),
    ('ja', 'さくら=sakura,健太=kenta,みお=mio,陽介=yosuke,ゆい=yui,直樹=naoki',
           '小野寺=onodera,早瀬=hayase,柏木=kashiwagi,鳥居=torii,水無瀬=minase,佐藤=sato'),
    ('zh', '小明=xiaoming,怡君=yijun,子墨=zimo,雅雯=yawen,建宏=jianhong', '王=wang,陳=chen,歐陽=ouyang,林=lin,司徒=situ'),
    ('ko', '하늘=haneul,지훈=jihoon,서아=seoa,도윤=doyun,예린=yerin', '남궁=namgung,선우=sunwoo,탁=tak,마=ma,제갈=jegal'),
    ('ar', 'ليلى=layla,يوسف=yousef,سلمى=salma,كريم=karim,هدى=huda',
           'حداد=haddad,العلي=alali,النجار=najjar,البستاني=bustani,الصائغ=sayegh'),
    ('ru', 'Вера=vera,Илья=ilya,Полина=polina,Тимур=timur,Зоя=zoya,Глеб=gleb',
           'Седых=sedykh,Коваленко=kovalenko,Черных=chernykh,Громовых=gromovykh'),
    ('hi', 'आरव=aarav,मीरा=meera,कबीर=kabir,अनन्या=ananya,विहान=vihaan',
           'शर्मा=sharma,जोशी=joshi,देशपांडे=deshpande,बंसल=bansal,त्रिवेदी=trivedi'),
    ('tr', 'Çağla=cagla,Emre,Defne,Kerem,Şule=sule,Barış=baris',
           'Yıldızhan=yildizhan,Şahinoğlu=sahinoglu,Karaca,Öztaş=oztas,Bulutlu,Ilgaz'),
    ('pl', 'Łukasz=lukasz,Zofia,Michał=michal,Kinga,Jagoda,Wit',
           'Wójcik=wojcik,Dąbek=dabek,Żuraw=zuraw,Lis,Mazurek,Kołodziej=kolodziej')
) AS parts (lang, firsts, lasts);

-- Those who came in groups, the person in several rows, and names that are easily shown wrong.
CREATE TEMP TABLE crew (kind text, nr bigint, shown text) ON COMMIT DROP;
INSERT INTO crew
SELECT kind, nr, shown
FROM (VALUES
    ('wave', 'Emily Carter,Jacob Reed,Olivia Hughes,Daniel Moss,Sophia Lane,Ethan Cole,Grace Nolan,Logan Price,'
             'Chloe Barker,Mason Wells,Ava Simmons,Lucas Grant,Mia Foster,Henry Blake,Ella Turner,Caleb Ross,'
             'Lily Parsons,Noah Dixon,Zoe Harmon,Isaac Boyd,Nora Whitley,Wyatt Kent,Ruby Lawson,Adam Frost,'
             'Clara Jennings,Ryan Marsh,Alice Vaughn,Evan Holt'),
    ('mentor', 'Adrian FX,Bianca Trades,Coach Cedric,Dorian | Alpha,Elvira Invests,Fabio FX,Gideon Gains,Helena Trades,'
               'Igor | Signals,Jasmin Invests,Konrad FX,Leonie Gains,Maxim | Alpha,Nadia Trades,Oscar Signals'),
    ('twice', 'Marla Quince'),
    ('odd', 'Rob & Jo,dana <dev>,Grace "Ace" Kim,みお🌙,O''Malley''s Dog,¯\_(ツ)_/¯,=SUM(A1:A9),ＶＡＰＯＲ')
) AS crews (kind, names)
CROSS JOIN LATERAL unnest(string_to_array(names, ',')) WITH ORDINALITY AS each (shown, nr);

-- Whose posts are passed on. They are nobody's followers.
CREATE TEMP TABLE authors (nr int, shown text, handle text) ON COMMIT DROP;
INSERT INTO authors VALUES
    (1, 'The Example Courier', 'examplecourier'), (2, 'Tram Line 42 (fan page)', 'tramline42fans'),
    (3, 'A Cloud A Day', 'acloudaday_demo'), (4, 'Museum of Made-up Things', 'museum_of_madeup'),
    (5, 'Recipes From Nowhere', 'recipes_nowhere'), (6, 'MoonBag Signals', 'moonbag_demo');

CREATE TEMP TABLE lines (kind text, lang text, choices text[]) ON COMMIT DROP;
INSERT INTO lines
SELECT kind, lang, array_agg(line ORDER BY line COLLATE "C")
FROM (VALUES
    ('bio', 'en', 'Nurse, runner, mother of twins 👶👶'), ('bio', 'en', 'Bread, bikes & bad puns.'),
    ('bio', 'en', E'Backend engineer.\nOpinions are mine, bugs too.'), ('bio', 'en', 'Photographs of rain. she/her'),
    ('bio', 'en', 'Local news since 1998 | tips: DM'), ('bio', 'en', '"Be curious, not judgmental"'),
    ('bio', 'en', 'Retired geography teacher. Maps, mostly.'), ('bio', 'en', 'I draw birds. Commissions closed 🐦'),
    ('bio', 'fr', 'Libraire à Nantes 📚 · chats, thé, vélo'), ('bio', 'fr', 'Prof d''histoire. Ici, rien d''officiel.'),
    ('bio', 'fr', 'Journaliste indépendante — enquêtes & podcasts'),
    ('bio', 'es', 'Arquitecta. ¿Café? Siempre ☕'), ('bio', 'es', 'Fútbol, cine y poco más'),
    ('bio', 'de', 'Radfahrerin, Gärtnerin, Bücherwürmchen 🌱'), ('bio', 'de', 'Straßenbahnen & Fahrpläne'),
    ('bio', 'pt', 'Professor de matemática. Vascaíno 🇧🇷'), ('bio', 'pt', 'ilustração e saudade'),
    ('bio', 'ja', '日常と猫 🐈 / 無言フォロー失礼します'), ('bio', 'ja', '写真 📷 京都'),
    ('bio', 'zh', '工程師,喜歡爬山'), ('bio', 'zh', '读书 · 电影 · 猫'),
    ('bio', 'ko', '커피 ☕ 그리고 음악'), ('bio', 'ko', '개발자, 야구팬 ⚾'),
    ('bio', 'ar', 'طبيبة أطفال | أحب القراءة'), ('bio', 'ar', 'مهندس برمجيات 💻'),
    ('bio', 'ru', 'Переводчица, две кошки'), ('bio', 'ru', 'Физик. Шахматы, горы 🏔'),
    ('bio', 'hi', 'लेखक और चाय प्रेमी ☕'), ('bio', 'hi', 'क्रिकेट 🏏 संगीत'),
    ('bio', 'tr', 'Öğretmen, kedi annesi 🐾'), ('bio', 'tr', 'İstanbul · müzik · yol'),
    ('bio', 'pl', 'Książki, góry, żużel'), ('bio', 'pl', 'Programista z Łodzi'),
    ('bio', 'bad', '🚀 100x GEM CALLS 🚀 DM for VIP signals 💰💰'), ('bio', 'bad', 'FREE followers 👉 t.me/boost_now'),
    ('bio', 'bad', 'They do not want you to know this. WAKE UP!!'),
    ('bio', 'bad', 'Official support. DM your seed phrase'),
    ('bio', 'bad', '18+ 🔞 link below ⬇️⬇️⬇️'), ('bio', 'bad', '+500% in 7 days, ask me how'),
    ('post', 'en', 'Morning run done, coffee next.'),
    ('post', 'en', 'New post: why our tests were slow https://example.com/slow'),
    ('post', 'en', E'Thread 🧵 1/4\nWhat I learned from a year of night shifts.'), ('post', 'en', 'lol, no.'),
    ('post', 'en', '@someone happy birthday 🎂'),
    ('post', 'en', 'Does anybody else hear that hum? <asking for a friend>'),
    ('post', 'en', 'The bus was early. THE BUS WAS EARLY.'), ('post', 'en', 'Sourdough attempt no. 9: a brick again 🧱'),
    ('post', 'fr', 'Grève demain sur la ligne 2, encore.'), ('post', 'fr', 'Très belle expo, allez-y ! #Nantes'),
    ('post', 'fr', 'Quelqu''un a perdu un gant rouge, place Royale 🧤'), ('post', 'fr', 'Le marché du samedi, mon église à moi.'),
    ('post', 'fr', 'Il pleut. C''est tout.'),
    ('post', 'es', '¡Golazo! ⚽'), ('post', 'es', 'Nueva entrada en el blog: ciudades a pie'),
    ('post', 'es', 'Hoy la tortilla me ha salido redonda 🥔'), ('post', 'es', '¿Alguien me recomienda un podcast?'),
    ('post', 'es', 'Se acabó el verano y nadie avisó'),
    ('post', 'de', 'Verspätung: 47 Minuten. Schöne Grüße.'), ('post', 'de', 'Die ersten Tomaten! 🍅'),
    ('post', 'de', 'Kennt jemand einen guten Uhrmacher?'), ('post', 'de', 'Heute nur Tee und Regen.'),
    ('post', 'pt', 'bom dia com chuva ☔'), ('post', 'pt', 'Que jogo, que jogo! ⚽'),
    ('post', 'pt', 'Desenho novo no ar: https://example.com/gatos'), ('post', 'pt', 'saudade de um pão na chapa'),
    ('post', 'ja', 'お疲れ様でした🍵'), ('post', 'ja', '桜が満開 🌸 #京都'), ('post', 'ja', '電車が止まってる…'),
    ('post', 'ja', '猫がキーボードの上で寝てる'),
    ('post', 'zh', '今天的夕陽很美'), ('post', 'zh', '週末爬山 ⛰'), ('post', 'zh', '又加班到十点'),
    ('post', 'zh', '這家麵店不錯'),
    ('post', 'ko', '오늘도 화이팅!'), ('post', 'ko', '비 오는 날엔 파전'), ('post', 'ko', '9회말 역전승 ⚾'),
    ('post', 'ko', '새 키보드 도착'),
    ('post', 'ar', 'صباح الخير ☀️'), ('post', 'ar', 'كتاب اليوم يستحق القراءة 📖'), ('post', 'ar', 'قهوة ثم عمل'),
    ('post', 'ar', 'مطر أخيرا!'),
    ('post', 'ru', 'Наконец-то выходные'), ('post', 'ru', 'Кошка снова победила'), ('post', 'ru', 'Первый снег ❄️'),
    ('post', 'ru', 'Перевела триста страниц, осталось двести'),
    ('post', 'hi', 'क्या मैच था! 🏏'), ('post', 'hi', 'बारिश और चाय ☕'), ('post', 'hi', 'नई कहानी लिख रहा हूँ'),
    ('post', 'hi', 'शुभ रात्रि'),
    ('post', 'tr', 'Yine yağmur ☔ ama güzel'), ('post', 'tr', 'Kediler bugün de haklı'),
    ('post', 'tr', 'Vapurda simit 🥯'), ('post', 'tr', 'Kitap önerisi olan?'),
    ('post', 'pl', 'Dzień dobry, kawa gotowa ☕'), ('post', 'pl', 'Tramwaj znowu się zepsuł'),
    ('post', 'pl', 'Góry w weekend ⛰'), ('post', 'pl', 'Ktoś coś wie o tym hałasie?'),
    ('post', 'bad', 'GIVEAWAY 🎁 follow + repost + DM wallet'),
    ('post', 'bad', 'They deleted this 3 times. Share before it is gone!'),
    ('post', 'bad', '$MOON to 1$ 🚀🚀 last chance https://example.com/?ref=77'),
    ('post', 'bad', 'go back where you came from'), ('post', 'bad', 'Nobody talks about this and you know why.'),
    ('post', 'bad', 'I made 4,200 today from my sofa, ask me how'),
    ('note', 'bad', 'spam'), ('note', 'bad', 'bot network, same text as others'), ('note', 'bad', 'scam links 🎣'),
    ('note', 'bad', 'harassment, repeated'),
    ('note', 'bad', 'impersonates support'),
    ('note', 'bad', 'Fausses nouvelles')
) AS texts (kind, lang, line)
GROUP BY kind, lang;
