#include "core/filter/expression.h"

#include "core/filter/parser.h"
#include "tests/support/test.h"

using namespace sluice::filter;

SLUICE_TEST(quotesWhateverAValueHolds) {
  QCOMPARE(quoted("a b"), std::string("\"a b\""));
  QCOMPARE(quoted("say \"a\\b\""), std::string("\"say \\\"a\\\\b\\\"\""));
}

SLUICE_TEST(writesTreesThatReadBackTheSame) {
  const Node host = Node::of({Field::Host, Op::Matches, "a|b (c)", 0});
  const Node size = Node::of({Field::Size, Op::GreaterOrEqual, {}, 1500});
  const Node slow = Node::of({Field::Duration, Op::Less, {}, 12'345});
  const Node state = Node::of({Field::State, Op::Equals, {}, 3});
  const Node word = Node::of({Field::Url, Op::Contains, "a=1 & \"2\"\\", 0});
  for (const Node& node :
       {Node{}, host, size, slow, state, word, Node::both(host, size), Node::either(Node::both(host, slow), state),
        Node::both(Node::either(host, word), Node::negation(Node::negation(Node::either(size, slow)))),
        Node::both(Node::both(host, size), slow)}) {
    const auto again = parse(toText(node));
    QVERIFY2(again.has_value(), toText(node).c_str());
    QVERIFY2(*again == node, toText(node).c_str());
  }
}
