// How captured text and numbers are shown.
#include <QClipboard>
#include <QScrollBar>
#include <QSignalSpy>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/document.h"
#include "app/gui/text/format.h"
#include "app/gui/text/pretty_json.h"
#include "app/gui/text/search_bar.h"
#include "app/gui/text/text_view.h"
#include "app/gui/text/visible_text.h"
#include "tests/gui/support/application.h"

using namespace sluice;
using namespace sluice::gui;

namespace {

DocumentPtr plain(const QString& text) { return std::make_shared<PlainDocument>(text); }

}  // namespace

SLUICE_GUI_TEST(sizesHaveThreeDigitsAndDecimalUnits) {
  QLocale::setDefault(QLocale::c());
  QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
  QCOMPARE(formatBytes(999), QStringLiteral("999 B"));
  QCOMPARE(formatBytes(1000), QStringLiteral("1.00 KB"));
  QCOMPARE(formatBytes(12'345), QStringLiteral("12.3 KB"));
  QCOMPARE(formatBytes(999'499), QStringLiteral("999 KB"));
  QCOMPARE(formatBytes(999'500), QStringLiteral("1.00 MB"));
  QCOMPARE(formatBytes(~0ull), QStringLiteral("18447 PB"));
  QCOMPARE(formatRate(2'500'000), QStringLiteral("2.50 MB/s"));
}

SLUICE_GUI_TEST(durationsChangeTheirUnitWithoutShowingAThousand) {
  QLocale::setDefault(QLocale::c());
  QCOMPARE(formatDuration(-1), QString());
  QCOMPARE(formatDuration(312), QStringLiteral("312 µs"));
  QCOMPARE(formatDuration(4'210), QStringLiteral("4.21 ms"));
  QCOMPARE(formatDuration(999'499), QStringLiteral("999 ms"));
  QCOMPARE(formatDuration(999'500), QStringLiteral("1.00 s"));
  QCOMPARE(formatDuration(125'000'000), QStringLiteral("2 min 05 s"));
  QCOMPARE(formatDuration(3'720'000'000), QStringLiteral("1 h 02 min"));
}

SLUICE_GUI_TEST(controlCharactersBecomeVisible) {
  QCOMPARE(visible(u"a\x1b[31mb\x7f", LineBreaks::Keep), QStringLiteral("a␛[31mb␡"));
  QCOMPARE(visible(QStringView(u"a\0b", 3), LineBreaks::Keep), QStringLiteral("a␀b"));
  QCOMPARE(visible(u"one\r\ntwo\rthree\n", LineBreaks::Keep), QStringLiteral("one\ntwo␍three\n"));
  QCOMPARE(visible(u"one\r\n\ttwo", LineBreaks::Show), QStringLiteral("one␍␊␉two"));
}

SLUICE_GUI_TEST(charactersThatTurnTextAroundBecomeVisible) {
  QCOMPARE(visible(u"user\u202egnp.exe", LineBreaks::Keep), QStringLiteral("user‹U+202E›gnp.exe"));
  QCOMPARE(visible(u"\u2066a\u2069\u200bb\ufeff", LineBreaks::Keep),
           QStringLiteral("‹U+2066›a‹U+2069›‹U+200B›b‹U+FEFF›"));
  QCOMPARE(visible(u"a\u2028b", LineBreaks::Show), QStringLiteral("a‹U+2028›b"));
  const char16_t tag[] = {0xdb40, 0xdc41};
  QCOMPARE(visible(QStringView(tag, 2), LineBreaks::Show), QStringLiteral("‹U+E0041›"));
  const char16_t stray[] = {u'a', 0xd83d, u'b'};
  QCOMPARE(visible(QStringView(stray, 3), LineBreaks::Show), QStringLiteral("a‹U+D83D›b"));
  QCOMPARE(visible(u"שלום, 世界 🌊", LineBreaks::Show), QStringLiteral("שלום, 世界 🌊"));
}

SLUICE_GUI_TEST(markupFromTrafficStaysText) {
  const QString markup = QStringLiteral("<b>bold</b><img src=x>&amp;");
  QCOMPARE(visible(markup, LineBreaks::Show), markup);
  QCOMPARE(visibleLine("<script>alert(1)</script>"), QStringLiteral("<script>alert(1)</script>"));
}

SLUICE_GUI_TEST(longLinesAreCutForCells) {
  QCOMPARE(visibleLine(std::string(10, 'x'), 10).size(), 10);
  QCOMPARE(visibleLine(std::string(100'000'000, 'x'), 10), QStringLiteral("xxxxxxxxxx…"));
  // A cut inside of a character leaves that character out, and does not turn the text into Latin-1.
  std::string euros;
  for (int i = 0; i < 20; ++i) euros += "€";
  QVERIFY(visibleLine(euros, 5).startsWith(QStringLiteral("€€€€€")));
}

SLUICE_GUI_TEST(bytesThatAreNoUtf8AreReadAsLatin1) {
  QCOMPARE(decodeText(QByteArrayView("caf\xc3\xa9")), QStringLiteral("café"));
  QCOMPARE(decodeText(QByteArrayView("caf\xe9")), QStringLiteral("café"));
  QCOMPARE(decodeText(QByteArrayView("caf\xc3"), Ending::Cut), QStringLiteral("caf"));
  QCOMPARE(decodeText(QByteArrayView("ab\xf0\x9f\x8c"), Ending::Cut), QStringLiteral("ab"));
  QCOMPARE(decodeText(QByteArrayView("ab\xf0\x9f\x8c\x8a"), Ending::Cut), QStringLiteral("ab🌊"));
}

SLUICE_GUI_TEST(textIsToldFromBinary) {
  QVERIFY(looksLikeText(QByteArrayView("{\"a\": [1, 2, 3]}\n")));
  QVERIFY(looksLikeText(QByteArrayView("Grüße aus Köln")));
  QVERIFY(looksLikeText(QByteArrayView("plain Latin-1 text with one \xe9 in it")));
  QVERIFY(!looksLikeText(QByteArrayView("PNG\0\0\0", 6)));
  QVERIFY(!looksLikeText(QByteArrayView("\x1f\x8b\x08\x10\x9c\xed\xbd\x07\x60\x1c\x49")));
  // A character cut by the end of what is looked at is no sign of binary.
  QVERIFY(looksLikeText(QByteArray(8 * 1024 - 1, 'a') + "é"));
}

SLUICE_GUI_TEST(aLargeSelectionIsCopiedOffTheGuiThread) {
  TextView view;
  view.resize(600, 400);
  view.show();
  QString text;
  for (int i = 0; text.size() < 3'000'000; ++i) text += QStringLiteral("line %1\n").arg(i);
  view.setDocument(plain(text));
  QVERIFY(gui::test::waitUntil([&] { return view.progressPercent() == 100; }));
  QSignalSpy copied(&view, &TextView::copied);
  view.selectAll();
  view.copy();
  QCOMPARE(copied.count(), 0);
  QVERIFY(gui::test::waitUntil([&] { return copied.count() == 1; }));
  QCOMPARE(QGuiApplication::clipboard()->text().trimmed(), text.trimmed());
  // What is gone meanwhile is copied as it was when it was asked for.
  view.selectAll();
  view.copy();
  view.setDocument(plain(QStringLiteral("short")));
  QVERIFY(gui::test::waitUntil([&] { return copied.count() == 2; }));
  QVERIFY(QGuiApplication::clipboard()->text().size() > 2'900'000);
}

SLUICE_GUI_TEST(aMegabyteOnOneLineScrollsLikeAnyText) {
  TextView view;
  view.resize(600, 400);
  view.setDocument(plain(QString(1024 * 1024, u'x')));
  view.show();
  QVERIFY(view.verticalScrollBar()->maximum() > 1000);
  QCOMPARE(view.horizontalScrollBar()->maximum(), 0);
  view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
  view.grab();
  view.resize(300, 400);
  QVERIFY(gui::test::waitUntil([&] { return view.verticalScrollBar()->maximum() > 2000; }));
}

SLUICE_GUI_TEST(selectionIsCopiedAsTheTextThatItIs) {
  TextView view;
  view.resize(160, 200);  // narrow: the first line wraps
  const QString text = QStringLiteral("a long first line that needs more than one row\nsecond\n\nlast");
  view.setDocument(plain(text));
  view.show();
  view.setFocus();
  QTest::keySequence(&view, QKeySequence(QKeySequence::SelectAll));
  QTest::keySequence(&view, QKeySequence(QKeySequence::Copy));
  QCOMPARE(QGuiApplication::clipboard()->text(), text);
  QTest::keySequence(&view, QKeySequence(QKeySequence::SelectStartOfDocument));
  QVERIFY(!view.hasSelection());
  for (int i = 0; i < 6; ++i) QTest::keySequence(&view, QKeySequence(QKeySequence::SelectNextChar));
  QCOMPARE(view.selectedText(), QStringLiteral("a long"));
  QTest::keySequence(&view, QKeySequence(QKeySequence::SelectEndOfDocument));
  QVERIFY(view.selectedText().startsWith(QStringLiteral("a long first line")));
}

SLUICE_GUI_TEST(mouseSelectsAcrossRows) {
  TextView view;
  view.resize(400, 200);
  view.setDocument(plain(QStringLiteral("first\nsecond\nthird")));
  view.show();
  const int row = QFontMetrics(view.font()).height() + 2;
  QTest::mousePress(view.viewport(), Qt::LeftButton, {}, QPoint(60, row / 2));
  QMouseEvent move(QEvent::MouseMove, QPointF(390, row * 2.5), view.viewport()->mapToGlobal(QPointF(390, row * 2.5)),
                   Qt::NoButton, Qt::LeftButton, {});
  QApplication::sendEvent(view.viewport(), &move);
  QVERIFY(view.selectedText().contains(u'\n'));
  QVERIFY(view.selectedText().endsWith(QStringLiteral("third")));
  QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, QPoint(390, int(row * 2.5)));
}

SLUICE_GUI_TEST(typesHaveTheirShortNames) {
  store::ExchangeRow row;
  const auto shown = [&row](const char* type) {
    row.contentType = type;
    return typeText(row);
  };
  QCOMPARE(shown("application/json; charset=utf-8"), QStringLiteral("json"));
  QCOMPARE(shown("application/vnd.api+json"), QStringLiteral("json"));
  QCOMPARE(shown("text/javascript"), QStringLiteral("js"));
  QCOMPARE(shown("image/svg+xml"), QStringLiteral("svg"));
  QCOMPARE(shown("nonsense"), QStringLiteral("nonsense"));
  QCOMPARE(shown(""), QString());
  row.kind = capture::Kind::Tunnel;
  QCOMPARE(typeText(row), QStringLiteral("tunnel"));
}

SLUICE_GUI_TEST(aFindMarksAndShowsEachHit) {
  TextView view;
  SearchBar bar(view);
  view.resize(400, 200);
  QString text;
  for (int i = 0; i < 500; ++i) text += QStringLiteral("line %1 %2\n").arg(i).arg(i % 100 == 7 ? u"Needle" : u"hay");
  view.setDocument(plain(text));
  view.show();
  bar.show();
  bar.open();
  bar.field().setText(QStringLiteral("nEEdle"));
  QVERIFY(gui::test::waitUntil([&] { return bar.countText() == QStringLiteral("1 of 5"); }));
  QCOMPARE(view.selectedText(), QStringLiteral("Needle"));
  bar.step(1);
  QCOMPARE(bar.countText(), QStringLiteral("2 of 5"));
  QVERIFY(view.verticalScrollBar()->value() > 50);
  bar.step(-1);
  bar.step(-1);
  QCOMPARE(bar.countText(), QStringLiteral("5 of 5"));
  bar.field().setText(QStringLiteral("nowhere"));
  QVERIFY(gui::test::waitUntil([&] { return bar.countText() == QStringLiteral("Not found"); }));
}

SLUICE_GUI_TEST(foldsCloseOpenAndOpenForWhatIsFoundInThem) {
  TextView view;
  view.resize(500, 400);
  const QByteArray bytes = R"({"a":{"b":1,"c":[1,2]},"d":{"e":"deep"}})";
  view.setDocument(std::make_shared<JsonDocument>(bytes));
  view.show();
  QCOMPARE(view.rowCount(), 12);
  view.foldAll();
  QVERIFY(gui::test::waitUntil([&] { return view.rowCount() == 4; }));
  view.reveal(bytes.indexOf("deep"), bytes.indexOf("deep") + 4);
  QVERIFY(gui::test::waitUntil([&] { return view.rowCount() == 6; }));
  QCOMPARE(view.selectedText(), QStringLiteral("deep"));
  view.unfoldAll();
  QCOMPARE(view.rowCount(), 12);
  // A click beside the number of the line that opens it.
  const int row = QFontMetrics(view.font()).height() + 2;
  QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, QPoint(30, 6 + row + row / 2));
  QVERIFY(gui::test::waitUntil([&] { return view.rowCount() == 6; }));
}

SLUICE_GUI_TEST(whatIsSelectedStaysSelectedWhenTheViewBecomesNarrower) {
  TextView view;
  view.resize(600, 300);
  QString text;
  for (int i = 0; i < 200; ++i) text += QStringLiteral("a line with the number %1 and some more words behind it é\n").arg(i);
  view.setDocument(plain(text));
  view.show();
  const auto at = text.toUtf8().indexOf("number 150");
  view.reveal(at, at + 10);
  QCOMPARE(view.selectedText(), QStringLiteral("number 150"));
  view.resize(300, 300);
  gui::test::handleEvents();
  QCOMPARE(view.selectedText(), QStringLiteral("number 150"));
}
