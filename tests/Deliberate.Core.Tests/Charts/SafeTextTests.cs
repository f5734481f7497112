using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class SafeTextTests
{
    [Fact]
    public void Any_text_at_all_parses_as_XML_text_and_as_an_attribute()
    {
        var cases = 0;
        var units = Gen.Elements(['a', '<', '&', '"', '\'', '>', '\0', '\u001B', '\r', '\n', '\uD83D', '\uDE00', '\uD800', '\uDC00', '\uFFFE', '\uFFFF', '\u202E', '\u0085', '\uFEFF', 'é']);
        Check.QuickThrowOnFailure(Prop.ForAll(units.ListOf().Select(list => new string([.. list])).ToArbitrary(), text =>
        {
            cases++;
            var safe = SafeText.Escape(text);
            var element = XElement.Parse($"<a b=\"{safe}\">{safe}</a>", LoadOptions.PreserveWhitespace);
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(element.Value);
            return !element.HasElements && element.Value.All(c => !char.IsControl(c) || c == '\n');
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} texts");
    }

    [Fact]
    public void A_cut_says_how_much_is_missing_and_never_splits_a_pair()
    {
        SafeText.Escape("abcdef", 4).ShouldBe("abcd… [2 more characters]");
        SafeText.Escape("abc😀def", 4).ShouldBe("abc… [5 more characters]");
        SafeText.Escape("abc", 3).ShouldBe("abc");
    }

    [Fact]
    public void Lone_surrogates_controls_and_direction_marks_become_the_replacement_character()
    {
        SafeText.Escape("a\uD800b\uDC00c\u0007d\u202Ee\uFFFFf😀").ShouldBe("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf😀");
        SafeText.Escape("\uFFFD").ShouldBe("\uFFFD");
        SafeText.Escape("a\r\nb\rc").ShouldBe("a\nb\nc");
        SafeText.Escape(null).ShouldBe("");
    }
}
