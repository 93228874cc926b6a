"""Sentences of ours in languages that are not among the tickets, and English that looks foreign: for tests alone.

`models/language.py` fits on neither: what it reports of them is how the rule does on what it has not seen. The last
two of each language are as short as a subject line.
"""

from __future__ import annotations

FOREIGN: dict[str, tuple[str, ...]] = {
    "pl": (
        "Od rana żaden z naszych klientów nie może się zalogować, a sklep internetowy stoi.",
        "Proszę o fakturę za marzec, ponieważ księgowość potrzebuje jej do końca tygodnia.",
        "Dzień dobry, czy mogą Państwo zmienić adres dostawy zamówienia numer 4411?",
        "Widzimy dane osobowe innej firmy w naszym panelu, proszę natychmiast to wyłączyć.",
        "Eksport do CSV trwa bardzo długo, ale w końcu działa.",
        "Dziękuję za szybką pomoc, wszystko już jest w porządku.",
        "błędna faktura",
        "nie działa logowanie",
    ),
    "sv": (
        "Sedan i morse kan ingen av våra kunder logga in, och hela butiken står stilla.",
        "Skulle ni kunna skicka en kopia av fakturan för mars till vår ekonomiavdelning?",
        "Vi ser andra företags kunduppgifter i vår lista, det här måste stoppas genast.",
        "Rapporten tar lång tid att öppna men fungerar till slut.",
        "Tack så mycket för den snabba hjälpen, allt är löst nu.",
        "Hur byter jag språk på inställningssidan?",
        "fel belopp på fakturan",
        "inloggning fungerar inte",
    ),
    "da": (
        "Siden i morges kan ingen af vores kunder logge ind, og butikken står stille.",
        "Kan I sende en kopi af fakturaen for marts til vores bogholderi?",
        "Vi kan se andre firmaers kundedata i vores liste, det skal stoppes med det samme.",
        "Rapporten er længe om at åbne, men den virker til sidst.",
        "Mange tak for den hurtige hjælp, alt er løst nu.",
        "Hvordan skifter jeg sprog på siden med indstillinger?",
        "forkert beløb på regningen",
        "kan ikke logge ind",
    ),
    "tr": (
        "Bu sabahtan beri hiçbir müşterimiz giriş yapamıyor ve mağaza tamamen durdu.",
        "Mart ayı faturasının bir kopyasını muhasebe bölümümüze gönderebilir misiniz?",
        "Listemizde başka bir şirketin müşteri bilgilerini görüyoruz, lütfen hemen kapatın.",
        "Rapor çok yavaş açılıyor ama sonunda çalışıyor.",
        "Hızlı yardımınız için çok teşekkürler, her şey düzeldi.",
        "Ayarlar sayfasında dili nasıl değiştirebilirim?",
        "fatura tutarı yanlış",
        "giriş yapamıyorum",
    ),
    "fi": (
        "Aamusta lähtien kukaan asiakkaistamme ei ole päässyt kirjautumaan ja kauppa seisoo.",
        "Voisitteko lähettää kopion maaliskuun laskusta kirjanpitoomme?",
        "Näemme listallamme toisen yrityksen asiakkaiden tiedot, tämä on pysäytettävä heti.",
        "Raportti avautuu hyvin hitaasti, mutta toimii lopulta.",
        "Kiitos paljon nopeasta avusta, kaikki on nyt kunnossa.",
        "Miten vaihdan kielen asetussivulla?",
        "väärä laskun summa",
        "kirjautuminen ei toimi",
    ),
    "cs": (
        "Od rána se žádný z našich zákazníků nemůže přihlásit a obchod stojí.",
        "Mohli byste poslat kopii faktury za březen našemu účetnímu oddělení?",
        "V našem seznamu vidíme údaje zákazníků jiné firmy, prosím okamžitě to vypněte.",
        "Sestava se otevírá velmi pomalu, ale nakonec funguje.",
        "Moc děkujeme za rychlou pomoc, všechno už je v pořádku.",
        "Jak změním jazyk na stránce s nastavením?",
        "chybná částka na faktuře",
        "nejde se přihlásit",
    ),
    "hu": (
        "Reggel óta egyetlen ügyfelünk sem tud bejelentkezni, és az áruház teljesen áll.",
        "El tudnák küldeni a márciusi számla másolatát a könyvelésünknek?",
        "A listánkban egy másik cég ügyfeleinek az adatait látjuk, kérem, azonnal állítsák le.",
        "A jelentés nagyon lassan nyílik meg, de végül működik.",
        "Nagyon köszönjük a gyors segítséget, most már minden rendben van.",
        "Hogyan tudom megváltoztatni a nyelvet a beállításoknál?",
        "hibás összeg a számlán",
        "nem tudok belépni",
    ),
    "ro": (
        "De azi dimineață niciunul dintre clienții noștri nu se poate conecta, iar magazinul stă pe loc.",
        "Ne puteți trimite o copie a facturii pe martie pentru contabilitate?",
        "Vedem în lista noastră datele clienților altei firme, vă rog opriți imediat.",
        "Raportul se deschide foarte greu, dar până la urmă merge.",
        "Mulțumim mult pentru ajutorul rapid, totul este în regulă acum.",
        "Cum schimb limba pe pagina de setări?",
        "suma de pe factură este greșită",
        "nu mă pot conecta",
    ),
    "id": (
        "Sejak tadi pagi tidak ada pelanggan kami yang bisa masuk, dan toko berhenti total.",
        "Bisakah Anda mengirim salinan faktur bulan Maret ke bagian akuntansi kami?",
        "Kami melihat data pelanggan perusahaan lain di daftar kami, tolong segera dihentikan.",
        "Laporan terbuka sangat lambat, tetapi akhirnya berhasil.",
        "Terima kasih banyak atas bantuannya, semuanya sudah beres.",
        "Bagaimana cara mengganti bahasa di halaman pengaturan?",
        "jumlah tagihan salah",
        "tidak bisa masuk",
    ),
    "vi": (
        "Từ sáng nay không khách hàng nào của chúng tôi đăng nhập được, cửa hàng ngừng hẳn.",
        "Xin gửi cho phòng kế toán của chúng tôi bản sao hóa đơn tháng ba.",
        "Chúng tôi thấy dữ liệu khách hàng của công ty khác trong danh sách, xin dừng ngay.",
        "Báo cáo mở rất chậm nhưng cuối cùng vẫn chạy.",
        "Cảm ơn rất nhiều vì đã giúp nhanh, mọi thứ đã ổn.",
        "Làm sao để đổi ngôn ngữ ở trang cài đặt?",
        "hóa đơn sai số tiền",
        "không đăng nhập được",
    ),
}

ENGLISH: dict[str, tuple[str, ...]] = {
    "short": (
        "login broken", "API down", "Refund please", "charged twice", "password reset", "Help!", "wrong invoice amount",
        "checkout 500", "cannot sign in", "delete my data", "thanks, solved", "app crashes", "VPN?", "hi", "urgent",
        "wifi out", "invoice", "parcel lost", "cancel subscription", "site slow", "DPA request", "GDPR", "2FA code",
        "webhook timeout", "SSO misconfigured", "typo on homepage", "unsubscribe me", "dashboard blank", "no sound",
        "card declined", "export stuck", "printer jammed", "server unreachable", "quota exceeded", "asap!!!",
    ),
    "typos": (
        "i cant lgoin since yesterdya, pasword reset mial never arives, plz hlep",
        "teh invoce for march is wrnog, we was chraged twise for teh smae month",
        "halo frend, app no open on fone, i try many time but alway crash",
        "ur ap is so slw i cudnt evn sav my wrk, wat is goin on thr",
        "Pls chek why teh exprot to exel dosnt wrok anymore, its realy anoying",
        "recieved worng item agian, need replacment asap, ordr 88121",
        "we cann not acces the shard drive form the ofice, only form home",
        "yo ppl i got charged 2x lol gimme my $$$ back thx",
        "Plese delet my acount and al data, i dont wan it anymor",
        "hav u guys chnaged somthing?? all r dashbords r blnk sinse mornin",
        "cud u tel me wer to downlod teh recipt for lst year",
        "My nam is spelt worng on teh certifcate, shud be Siobhan",
    ),
    "logs": (
        "2026-11-20T08:14Z ERROR [pool-3-thread-7] com.acme.billing.InvoiceService - java.lang.NullPointerException: "
        "Cannot invoke \"Customer.getTaxId()\" because \"customer\" is null\n"
        "\tat com.acme.billing.InvoiceService.render(InvoiceService.java:214)\n"
        "\tat com.acme.billing.PdfWorker.run(PdfWorker.java:88)",
        "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 42, in handler\n rows = db.fetch(q)\n"
        "psycopg2.OperationalError: FATAL: remaining connection slots are reserved for non-replication superuser roles",
        "nginx: [error] 2211#2211: *84 connect() failed (111: Connection refused) while connecting to upstream, cli: "
        "10.0.3.7, server: api.example.test, request: \"GET /v2/orders HTTP/1.1\", upstream: \"http://127.0.0.1:9000\"",
        "kubectl get pods -n prod\nNAME READY STATUS RESTARTS AGE\ncheckout-7d9f 0/1 CrashLoopBackOff 41 3h\n"
        "ledger-66bc 1/1 Running 0 9d",
        "ORA-12154: TNS:could not resolve the connect identifier specified. sqlplus exits, tnsnames.ora unchanged.",
        "npm ERR! code ERESOLVE npm ERR! ERESOLVE unable to resolve dependency tree npm ERR! peer react@\"^17\" from "
        "@acme/widgets@2.1.0",
        "{\"level\":\"error\",\"ts\":1763626442,\"msg\":\"webhook rejected\",\"status\":422,\"dest\":\"crm-eu\","
        "\"trace\":\"9f0c1d\"} this every minute since the deploy",
        "Event ID 7031 Source: Service Control Manager. The Print Spooler service terminated unexpectedly. It has done "
        "this 14 time(s).",
        "TypeError: Cannot read properties of undefined (reading 'map') at OrdersTable (orders-table.tsx:31:18) at "
        "renderWithHooks (react-dom.development.js:14985:18)",
        "curl -v https://api.example.test/v1/score returns HTTP/2 403 x-amzn-errortype: ForbiddenException",
        "Segmentation fault (core dumped), gdb bt: #0 memcpy_avx_unaligned #1 decode_frame vdec.c:771 #2 worker_main",
        "SMTP 550 5.7.26 DMARC policy reject, SPF softfail, DKIM none, envelope-from bounce.mailer.example",
    ),
    "names": (
        "Please update the account of Grzegorz Brzęczyszczykiewicz, Przemysław Wiśniewski and Małgorzata Szymańska.",
        "Our office moved from Kaiserslautern to Mönchengladbach, Ebert-Straße 12. Change the billing address.",
        "The booking for Señora Núñez Villalobos and Signor Francesco Mastropietro at Hotel Bella Vista has vanished.",
        "Invoice to Société Générale d'Électricité SARL is rejected by the portal.",
        "Metformin, atorvastatin and levothyroxine are missing from the patient's medication list since the import.",
        "Kubernetes, Terraform, PostgreSQL, RabbitMQ and Elasticsearch connectors all show unauthorised in Grafana.",
    ),
}  # fmt: skip
