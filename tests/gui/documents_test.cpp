// Documents: how bytes are cut into lines, and lines into rows.
#include <random>

#include "app/gui/text/line_builder.h"
#include "app/gui/text/pretty_code.h"
#include "app/gui/text/pretty_json.h"
#include "app/gui/text/pretty_markup.h"
#include "app/gui/text/row_index.h"
#include "tests/gui/support/application.h"

using namespace sluice;
using namespace sluice::gui;

namespace {

constexpr qint64 kEverything = qint64(1) << 60;

RowIndex indexOf(DocumentPtr document, Layout layout = {}) {
  RowIndex index(document, layout);
  index.take(RowWalk(document, layout).step(kEverything));
  return index;
}

// Each row as it is seen, with its indentation.
QStringList rowsOf(DocumentPtr document, Layout layout = {}) {
  const RowIndex index = indexOf(std::move(document), layout);
  QStringList rows;
  for (qint64 i = 0; i < index.rowCount(); ++i) {
    const Row& row = index.row(i);
    rows << QString(row.line.indent, u' ') + row.text().toString();
  }
  return rows;
}

QString json(const char* text) { return rowsOf(std::make_shared<JsonDocument>(QByteArray(text))).join(u'\n'); }
QString html(const char* text) {
  return rowsOf(std::make_shared<MarkupDocument>(QByteArray(text), MarkupDocument::Dialect::Html)).join(u'\n');
}
QString code(const char* text, CodeDocument::Language language) {
  return rowsOf(std::make_shared<CodeDocument>(QByteArray(text), language)).join(u'\n');
}

std::vector<DocumentPtr> everyKind(const QByteArray& bytes) {
  return {std::make_shared<PlainDocument>(bytes),
          std::make_shared<HeadDocument>(bytes),
          std::make_shared<HexDocument>(bytes),
          std::make_shared<JsonDocument>(bytes),
          std::make_shared<MarkupDocument>(bytes, MarkupDocument::Dialect::Xml),
          std::make_shared<MarkupDocument>(bytes, MarkupDocument::Dialect::Html),
          std::make_shared<CodeDocument>(bytes, CodeDocument::Language::Css),
          std::make_shared<CodeDocument>(bytes, CodeDocument::Language::JavaScript)};
}

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f'; }

}  // namespace

SLUICE_GUI_TEST(plainTextHasTheLinesThatItHas) {
  const auto count = [](const char* text) { return indexOf(std::make_shared<PlainDocument>(QByteArray(text))).lineCount(); };
  QCOMPARE(count(""), 0);
  QCOMPARE(count("a"), 1);
  QCOMPARE(count("a\n"), 1);
  QCOMPARE(count("\n\nb"), 3);
  QCOMPARE(rowsOf(std::make_shared<PlainDocument>(QByteArray("one\r\n\nthree\n"))), QStringList({"one", "", "three"}));
}

SLUICE_GUI_TEST(longLinesWrapAtTheLastColumnThatFits) {
  const auto rows = [](const QString& text, qsizetype columns) {
    const auto starts = rowStarts(text, columns);
    QStringList parts;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      parts << text.mid(starts[i], (i + 1 < starts.size() ? starts[i + 1] : text.size()) - starts[i]);
    }
    return parts.join(u'|');
  };
  QCOMPARE(rows(QStringLiteral("abcdefghij"), 4), QStringLiteral("abcd|efgh|ij"));
  QCOMPARE(rows(QStringLiteral("a世界b🌊c"), 3), QStringLiteral("a世|界b|🌊c"));
  // One that is wider than the view still gets a row, whole.
  QCOMPARE(rows(QStringLiteral("a世界b🌊c"), 1), QStringLiteral("a|世|界|b|🌊|c"));
  QCOMPARE(rows(QStringLiteral("\tab\tc"), 8), QStringLiteral("\tab\t|c"));
  QCOMPARE(rows(QString(), 8), QString());
}

SLUICE_GUI_TEST(bytesThatAreNoUtf8AreLatin1OneByOne) {
  const auto text = [](const char* bytes) {
    return rowsOf(std::make_shared<PlainDocument>(QByteArray(bytes))).join(u'\n');
  };
  QCOMPARE(text("caf\xc3\xa9 caf\xe9!"), QStringLiteral("café café!"));
  QCOMPARE(text("\xe2\x82\xac\xed\xa0\x80"), QStringLiteral("€í\u00a0‹U+0080›"));  // a surrogate is no character
  QCOMPARE(text("a\x1b[0m\x7f"), QStringLiteral("a␛[0m␡"));
  QCOMPARE(text("\xf0\x9f\x8c\x8a\xf0\x9f"), QStringLiteral("🌊ð‹U+009F›"));
}

SLUICE_GUI_TEST(hexShowsOffsetBytesAndText) {
  const QStringList rows = rowsOf(std::make_shared<HexDocument>(QByteArray("GET / HTTP/1.1\r\n\x00\xff", 18)));
  QCOMPARE(rows.size(), 2);
  QCOMPARE(rows[0], QStringLiteral("00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1··"));
  QVERIFY(rows[1].startsWith(QStringLiteral("00000010  00 ff ")));
  QVERIFY(rows[1].endsWith(QStringLiteral("··")));
}

SLUICE_GUI_TEST(headsTellNamesFromValues) {
  const HeadDocument head(QByteArray("GET / HTTP/1.1\r\nHost: a:80\r\nodd line\r\n"));
  const auto first = head.lineAt({}, {});
  const auto second = head.lineAt(first->next, {});
  const auto third = head.lineAt(second->next, {});
  QCOMPARE(head.build(*first).styles.size(), std::size_t(1));
  QCOMPARE(head.build(*second).styles[0].length, 4);
  QVERIFY(head.build(*third).styles.empty());
}

SLUICE_GUI_TEST(jsonIsOneMemberALine) {
  QCOMPARE(json(R"({"a":1,"b":[true,null,"x"],"c":{},"d":[ ],"e":{"f":-1.5e3}})"), QStringLiteral(R"({
  "a": 1,
  "b": [
    true,
    null,
    "x"
  ],
  "c": {},
  "d": [],
  "e": {
    "f": -1.5e3
  }
})"));
  QCOMPARE(json(R"({ "quoted \" colon : , {" : "a\\" ,
     "b":"é" })"),
           QStringLiteral("{\n  \"quoted \\\" colon : , {\": \"a\\\\\",\n  \"b\": \"é\"\n}"));
  QCOMPARE(json("{\"a\":1}\n{\"a\":2}\n"), QStringLiteral("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}"));  // a line each
  QCOMPARE(json("[1,2"), QStringLiteral("[\n  1,\n  2"));
  QCOMPARE(json("]]}x:,,\"open"), QStringLiteral("]\n]\n}\nx\n:,\n,\n\"open"));
}

SLUICE_GUI_TEST(jsonFoldsAndSaysWhatItHides) {
  const QByteArray bytes = R"({"list":[{"a":1},{"b":[2]},"x"],"z":0})";
  const auto document = std::make_shared<JsonDocument>(bytes);
  const auto opener = bytes.indexOf('[');
  const auto hidden = document->foldFrom(opener);
  QVERIFY(hidden.has_value());
  QCOMPARE(hidden->items, 3);
  auto folds = std::make_shared<FoldSet>();
  folds->emplace(opener, *hidden);
  const QStringList rows = rowsOf(document, {80, folds});
  QCOMPARE(rows.size(), 4);
  QVERIFY2(rows[1].startsWith(QStringLiteral("  \"list\": [ … ],  3 item")), qPrintable(rows[1]));
  QCOMPARE(rows[2], QStringLiteral("  \"z\": 0"));
  QVERIFY(!document->foldFrom(0 + 1).has_value());
}

SLUICE_GUI_TEST(markupIsOneElementALine) {
  QCOMPARE(html("<!doctype html><html><head><meta charset=utf-8><title>Boots</title></head>"
                "<body><p>Long <b>bold</b> text</p><br><img alt=\"a > b\"\n  src=x></body></html>"),
           QStringLiteral("<!doctype html>\n<html>\n  <head>\n    <meta charset=utf-8>\n    <title>Boots</title>\n  </head>\n"
                          "  <body>\n    <p>\n      Long\n      <b>bold</b>\n      text\n    </p>\n    <br>\n"
                          "    <img alt=\"a > b\" src=x>\n  </body>\n</html>"));
  QCOMPARE(html("<div><script>if (a<b) {\n  x();\n}</script><!-- a\nb --></div>"),
           QStringLiteral("<div>\n  <script>\n    if (a<b) {\n    x();\n    }\n  </script>\n  <!-- a\n  b -->\n</div>"));
  QCOMPARE(html("a</b></c><d"), QStringLiteral("a\n</b>\n</c>\n<d"));
}

SLUICE_GUI_TEST(stylesAndScriptsAreOneStatementALine) {
  QCOMPARE(code("a,b{color:red;background:url(data:x;y)}@media print{p{margin:0}}/* c; */", CodeDocument::Language::Css),
           QStringLiteral("a,b{\n  color:red;\n  background:url(data:x;y)\n}\n@media print{\n  p{\n    margin:0\n  }\n}\n/* c; */"));
  QCOMPARE(code("for(let i=0;i<3;i++){f(`a;${i}{`);x=/[/;]{2}/g.test(y)}if(a){b()}else{c({d:1})}", CodeDocument::Language::JavaScript),
           QStringLiteral("for(let i=0;i<3;i++){\n  f(`a;${i}{`);\n  x=/[/;]{2}/g.test(y)\n}\n"
                          "if(a){\n  b()\n}else{\n  c({\n    d:1\n  })\n}"));
}

// Whatever the bytes are: every line goes on from the one before, and shows all that is no white space, once.
SLUICE_GUI_TEST(nothingIsLeftOutOfAnyBytes) {
  const unsigned seed = std::random_device{}();
  qInfo("seed %u", seed);
  std::mt19937 random(seed);
  const QByteArray alphabet("{}[]()\"'`,:;<>/!-*\\ \n\r\tab1&=\xc3\xa9\xff\0", 36);
  for (int round = 0; round < 200; ++round) {
    QByteArray bytes;
    const int length = int(random() % 400);
    while (bytes.size() < length) bytes += alphabet[qsizetype(random() % unsigned(alphabet.size()))];
    for (const DocumentPtr& document : everyKind(bytes)) {
      Place place;
      qint64 shown = 0;
      while (const auto line = document->lineAt(place, {20, nullptr})) {
        QVERIFY(line->next.at > place.at);
        QVERIFY(line->from >= place.at && line->to >= line->from && line->to <= line->next.at);
        for (qint64 i = shown; i < line->from; ++i) QVERIFY2(isSpace(bytes[i]), bytes.toHex());
        QVERIFY(line->from >= shown);
        shown = line->to;
        const BuiltLine built = document->build(*line);
        QCOMPARE(qsizetype(built.byteOf.size()), built.text.size() + 1);
        if (line->columns >= 0) QCOMPARE(qsizetype(line->columns), built.text.size());
        place = line->next;
      }
      for (qint64 i = shown; i < bytes.size(); ++i) QVERIFY2(isSpace(bytes[i]), bytes.toHex());
    }
  }
}

SLUICE_GUI_TEST(rowsAreTheSameInWhateverOrderTheyAreAskedFor) {
  std::mt19937 random(7);
  QByteArray bytes = "[";
  for (int i = 0; i < 3000; ++i) {
    bytes += "{\"name\":\"" + QByteArray(int(random() % 200), i % 3 == 0 ? char(0xe9) : 'x') + "\"},";
  }
  bytes += "\"" + QByteArray(60'000, 'y') + "\\\"z\"]";
  for (const DocumentPtr& document : everyKind(bytes)) {
    const RowIndex index = indexOf(document, {50, nullptr});
    QStringList inOrder;
    for (qint64 i = 0; i < index.rowCount(); ++i) inOrder << index.row(i).text().toString();
    for (int i = 0; i < 500; ++i) {
      const auto row = qint64(random() % unsigned(index.rowCount()));
      QCOMPARE(index.row(row).text().toString(), inOrder[row]);
      const qint64 byte = index.row(row).line.from;
      QVERIFY(index.rowAtByte(byte) <= row);
      QCOMPARE(index.row(index.rowAtByte(byte)).line.from, byte);
    }
  }
}

SLUICE_GUI_TEST(aDocumentThatGrowsIsIndexedFromWhereItGrew) {
  QByteArray bytes;
  for (int i = 0; i < 20'000; ++i) bytes += "line " + QByteArray::number(i) + "\n";
  const auto before = std::make_shared<PlainDocument>(bytes);
  const RowIndex old = indexOf(before);
  const auto after = std::make_shared<PlainDocument>(QByteArray(bytes + "one more\n"));
  RowIndex grown(after, {});
  const RowMark from = grown.takeUnchanged(old);
  QVERIFY(from.place.at > bytes.size() / 2);
  grown.take(RowWalk(after, {}, from).step(kEverything));
  QCOMPARE(grown.rowCount(), 20'001);
  QCOMPARE(grown.row(3).text().toString(), QStringLiteral("line 3"));
  QCOMPARE(grown.row(20'000).text().toString(), QStringLiteral("one more"));
}
