//! Copies in many languages: each story is printed twice, the second time cut, under another title and with the page's own
//! furniture, and stands beside a different story in the same language.

use serde_json::json;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use wirecopy::progress::Silent;
use wirecopy::text::Furniture;
use wirecopy::{Options, Run};

struct Story {
    language: &'static str,
    title: &'static str,
    /// What the agency puts before the first sentence.
    dateline: &'static str,
    /// The copy ends before the last one.
    sentences: [&'static str; 4],
    /// The title of the copy.
    other_title: &'static str,
    /// Lines that the copy has around the text.
    page: [&'static str; 2],
    /// Another story.
    different: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        language: "Chinese",
        title: "白沙渡口新桥通车",
        dateline: "新华社白沙5月6日电（记者林澄）",
        sentences: [
            "横跨青河的白沙大桥六日上午正式通车，两岸居民从此不必再等渡船过河。",
            "大桥全长一千二百米，双向四车道，施工历时三年，比原计划提前两个月完工。",
            "当地交通部门负责人说，通车后从县城到对岸工业区的车程将由五十分钟缩短到十分钟。",
            "使用了四十多年的老渡船将停靠在码头，改建成一座小型博物馆。",
        ],
        other_title: "告别渡船：大桥今日开通",
        page: ["2024-05-07 08:30", "AFP"],
        different: "青河上游的水库连日来水位持续下降，六日已降至五年来的最低点。当地水务部门说，如果未来两周仍不下雨，县城将开始分时段供水。\
            农民们正在抢收早熟的小麦，一些果园已经用水车运水浇树。气象部门预计，下旬可能有一次较强的降水过程。",
    },
    Story {
        language: "Japanese",
        title: "霧の岬灯台、再び点灯",
        dateline: "【霧浜＝共同】",
        sentences: [
            "霧浜町の岬にある古い灯台が九日夕、二十年ぶりに明かりをともし、集まった住民が歓声を上げた。",
            "灯台は老朽化のため使われなくなっていたが、町の有志が三年かけてレンズと電気設備を修理した。",
            "保存会の会長は「船のためというより、町の子どもたちに見せたかった」と話した。",
            "今後は毎週土曜日の夕方に一時間だけ点灯し、内部も公開する予定だという。",
        ],
        other_title: "二十年ぶりの光　町民が歓声",
        page: ["2024-06-10 07:00", "時事"],
        different: "霧浜町の漁港で九日朝、今季初めてのサンマが水揚げされた。数は昨年の半分ほどだが、型は大きく、一キロ当たり千二百円の高値がついた。\
            漁協は「海水の温度が下がれば量も増えるはずだ」と期待している。港の食堂では早速、塩焼きの定食が出され、昼には売り切れた。",
    },
    Story {
        language: "Thai",
        title: "เปิดตลาดน้ำแห่งใหม่ริมคลองบางแก้ว",
        dateline: "บางแก้ว (AFP) - ",
        sentences: [
            "ตลาดน้ำแห่งใหม่ริมคลองบางแก้วเปิดให้บริการเมื่อเช้าวันเสาร์ มีพ่อค้าแม่ค้านำเรือมาขายของกว่าสองร้อยลำ ",
            "นายกเทศมนตรีกล่าวว่า โครงการนี้ใช้เวลาก่อสร้างสองปีและช่วยให้ชาวบ้านมีรายได้เพิ่มขึ้น ",
            "นักท่องเที่ยวสามารถเดินทางมาได้ทั้งทางเรือและรถโดยสารที่ออกจากสถานีรถไฟทุกครึ่งชั่วโมง ",
            "ตลาดจะเปิดทุกวันเสาร์และอาทิตย์ตั้งแต่หกโมงเช้าจนถึงบ่ายสองโมง",
        ],
        other_title: "ชาวบ้านแห่เที่ยวตลาดน้ำวันแรก",
        page: ["9/6/2024", "AFP"],
        different: "ฝนตกหนักติดต่อกันสามวันทำให้น้ำป่าไหลหลากเข้าท่วมหมู่บ้านเชิงเขา โรงเรียนสี่แห่งต้องหยุดเรียน เจ้าหน้าที่นำเรือท้องแบนเข้าช่วยอพยพผู้สูงอายุ\
            และแจกจ่ายอาหารกับน้ำดื่ม กรมอุตุนิยมวิทยาคาดว่าฝนจะลดลงในช่วงปลายสัปดาห์นี้",
    },
    Story {
        language: "Arabic",
        title: "افتتاح مكتبة عامة في حي الميناء",
        dateline: "مرسى الزهور (رويترز) - ",
        sentences: [
            "افتتحت بلدية مرسى الزهور صباح السبت مكتبة عامة جديدة في حي الميناء بعد أعمال بناء استمرت ثلاثة أعوام كاملة.",
            "وتضم المكتبة أربعين ألف كتاب وقاعة للأطفال وغرفا للدراسة تفتح أبوابها حتى منتصف الليل في أيام الامتحانات.",
            "وقالت مديرة المكتبة إن السكان تبرعوا بنحو ربع الكتب وإن متطوعين من طلاب الجامعة ساعدوا في ترتيبها على الرفوف.",
            "ومن المقرر أن تنظم المكتبة أمسية شعرية في مساء كل خميس.",
        ],
        other_title: "أربعون ألف كتاب لسكان الميناء",
        page: ["9/6/2024", "رويترز"],
        different: "أعلنت هيئة الأرصاد أن رياحا قوية ستضرب الساحل ابتداء من مساء الأحد وطلبت من الصيادين البقاء في الميناء. وقال متحدث باسم خفر السواحل إن قاربين \
            صغيرين تعطلا أمس قبالة المنارة وإن طاقميهما نقلا إلى البر سالمين. وتوقعت الهيئة أن يتحسن الطقس تدريجيا يوم الثلاثاء وأن تعود العبارات إلى العمل.",
    },
    Story {
        language: "Hindi",
        title: "मेघगढ़ में नया पुल खुला",
        dateline: "मेघगढ़, 18 मई (भाषा)। ",
        sentences: [
            "घाटी के दो गाँवों को जोड़ने वाला नया पुल शनिवार सुबह लोगों के लिए खोल दिया गया और पहली बस उसी समय पार गई। ",
            "पुराना पुल पिछले साल की बाढ़ में बह गया था और बच्चों को पढ़ाई के लिए नाव से नदी पार करनी पड़ती थी। ",
            "ज़िला अधिकारी ने कहा कि नया पुल पहले से चार मीटर ऊँचा है और इस पर बड़ी गाड़ियाँ भी चल सकेंगी। ",
            "गाँव वालों ने मिठाई बाँटकर इस दिन को त्योहार की तरह मनाया।",
        ],
        other_title: "बाढ़ के एक साल बाद जुड़े दो गाँव",
        page: ["19/5/2024", "AFP"],
        different: "मेघगढ़ के किसानों ने इस बार सेब की अच्छी फ़सल होने की उम्मीद जताई है क्योंकि सर्दियों में बर्फ़ ठीक समय पर गिरी थी। \
            मंडी के व्यापारियों का कहना है कि दाम पिछले वर्ष से कुछ कम रह सकते हैं, पर पैदावार ज़्यादा होगी। सरकार ने घाटी में दो नए शीत भंडार बनाने की योजना भी मंज़ूर की है।",
    },
    Story {
        language: "Russian",
        title: "В Озёрске открыли новую набережную",
        dateline: "ОЗЁРСК, 12 мая. /ТАСС/. ",
        sentences: [
            "Новую набережную длиной почти два километра открыли в воскресенье в Озёрске, где её строили больше трёх лет.",
            "Вдоль реки проложили велосипедную дорожку, посадили четыреста лип и поставили двадцать скамеек, сделанных местными столярами.",
            "Мэр города сообщил, что работы обошлись дешевле, чем предполагалось, а оставшиеся деньги пойдут на ремонт лодочной станции.",
            "Вечером на набережной выступил городской оркестр.",
        ],
        other_title: "Четыреста лип и два километра вдоль реки",
        page: [
            "Опубликовано 13 мая 2024, 9:15",
            "Читайте также: Паром встал из-за тумана",
        ],
        different: "Паром между Озёрском и островом Каменный не ходил в понедельник из-за густого тумана, пассажирам предложили автобусы до моста. Капитан порта \
            надеется, что к вечеру видимость станет лучше и движение возобновится. Рыбаки тоже остались на берегу, и на городском рынке впервые за лето не было свежей рыбы.",
    },
    Story {
        language: "German",
        title: "Müllersfähre über die Grüne Au fährt wieder",
        dateline: "GRÜNAU (dpa) – ",
        sentences: [
            "Nach elf Monaten Pause fährt die kleine Fähre über die Grüne Au seit Sonntag wieder, und schon vor der ersten Überfahrt bildete sich eine Schlange.",
            "Das Schiff hatte im vergangenen Frühjahr bei Hochwasser Schäden erlitten, deren Beseitigung länger dauerte und teurer wurde als gedacht.",
            "Fährmann Jörg Köhler sagte, er habe in dieser Zeit Möbel getischlert und jeden Morgen nach dem Wasserstand gesehen.",
            "Eine Überfahrt kostet wie früher einen Euro, für Kinder die Hälfte.",
        ],
        other_title: "Schlange stehen für die erste Überfahrt",
        page: ["Von Käthe Möller", "Lesen Sie auch: Störche kehren zurück"],
        different: "In Grünau sind in diesem Jahr so viele Störche aus dem Süden zurückgekehrt wie seit Jahrzehnten nicht mehr. Naturschützer zählten bis Anfang Mai \
            siebzehn besetzte Nester auf Scheunen, Schornsteinen und dem Dach der Schule. Grund dafür seien die feuchten Wiesen am Fluss, auf denen die Vögel mehr Frösche und Würmer finden.",
    },
    Story {
        language: "French",
        title: "Le marché couvert de Saint-Élan rouvre",
        dateline: "SAINT-ÉLAN, 3 mars (AFP) – ",
        sentences: [
            "Fermé depuis l’été à cause d’une toiture fragilisée, le marché couvert de Saint-Élan a rouvert samedi matin devant une foule serrée.",
            "Les quarante-deux étals ont retrouvé leur place sous une verrière neuve, posée en février par une équipe de charpentiers venue de la région.",
            "« Nos clients nous ont été fidèles, même sous la pluie », a déclaré Zoé Lefèvre, qui vend des fromages de chèvre depuis trente ans.",
            "La mairie étudie à présent l’ouverture du marché le dimanche.",
        ],
        other_title: "Sous la verrière neuve, la foule des grands jours",
        page: [
            "Publié le 4 mars 2024 à 9h30",
            "Lire aussi : Le tramway à l’arrêt",
        ],
        different: "Le tramway de Saint-Élan restera à l’arrêt jusqu’à jeudi après la rupture d’un câble près de la gare, a annoncé la régie. Des autobus prennent le relais \
            toutes les dix minutes, mais les élèves du lycée ont été prévenus de possibles retards. La pièce défectueuse, fabriquée à l’étranger, doit être livrée mardi.",
    },
];

/// Finds the clusters of `articles` (id, title, text), as sets of ids.
fn clusters(articles: &[(String, &str, String)], options: &Options) -> BTreeSet<BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.jsonl");
    let lines: Vec<String> = articles
        .iter()
        .map(|(id, title, text)| json!({"id": id, "title": title, "text": text}).to_string())
        .collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let run: Run = wirecopy::cluster(&[path], options, &Silent).unwrap();
    let id = |article: &u32| run.evidence.description(*article).unwrap().unwrap().id;
    run.clusters
        .iter()
        .map(|cluster| {
            cluster
                .members
                .iter()
                .map(|member| id(&member.article))
                .collect()
        })
        .collect()
}

/// The story, its copy in another normal form, and the different one.
fn articles() -> Vec<(String, &'static str, String)> {
    let mut articles = Vec::new();
    for story in STORIES {
        let id = |what: &str| format!("{} {what}", story.language);
        let join = |sentences: &[&str]| sentences.join(" ");
        articles.push((
            id("story"),
            story.title,
            format!("{}{}", story.dateline, join(&story.sentences))
                .nfc()
                .collect(),
        ));
        let [above, below] = story.page;
        let cut = join(&story.sentences[..3]);
        articles.push((
            id("copy"),
            story.other_title,
            format!("{above}\n\n{cut}\n\n{below}\n").nfd().collect(),
        ));
        articles.push((id("other"), story.title, story.different.to_owned()));
    }
    articles
}

#[test]
fn a_cut_and_retitled_copy_is_found_and_another_story_is_not() {
    let expected: BTreeSet<BTreeSet<String>> = STORIES
        .iter()
        .map(|story| {
            ["copy", "story"]
                .map(|what| format!("{} {what}", story.language))
                .into()
        })
        .collect();
    assert_eq!(clusters(&articles(), &Options::default()), expected);
}

#[test]
fn furniture_goes_in_every_language() {
    for (story, articles) in STORIES.iter().zip(articles().chunks(3)) {
        let [(_, title, text), (_, other, copy), _] = articles else {
            unreachable!("three articles a story");
        };
        let strip = |text, title| Furniture::Strip.text(text, title).nfc().collect::<String>();
        let nfc = |sentences: &[&str]| sentences.join(" ").trim().nfc().collect::<String>();
        assert_eq!(
            strip(text, title),
            nfc(&story.sentences),
            "{}",
            story.language
        );
        assert_eq!(
            strip(copy, other),
            nfc(&story.sentences[..3]),
            "{}",
            story.language
        );
        assert_eq!(Furniture::Keep.text(copy, other), copy);
    }
}

#[test]
fn copies_that_differ_in_furniture_alone_are_exact_unless_raw() {
    let text = |story: &Story, page: bool| {
        let body = story.sentences.join(" ");
        let [above, below] = story.page;
        match page {
            false => format!("{}{body}", story.dateline),
            true => format!("{above}\n{body}\n{below}"),
        }
    };
    let articles: Vec<_> = STORIES
        .iter()
        .flat_map(|story| {
            [false, true].map(|page| {
                (
                    format!("{} {page}", story.language),
                    story.title,
                    text(story, page),
                )
            })
        })
        .collect();
    let strict = |furniture| Options {
        furniture,
        rule: wirecopy::verify::Rule::Plain(
            wirecopy::verify::Acceptance::new(1.0, None, 1).unwrap(),
        ),
        ..Options::default()
    };
    let found = clusters(&articles, &strict(Furniture::Strip));
    assert_eq!(found.len(), STORIES.len(), "{found:?}");
    assert_eq!(
        clusters(&articles, &strict(Furniture::Keep)),
        BTreeSet::new()
    );
}
