using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation.Tests;

public sealed class PromptTransformTests
{
    private static readonly string[] Requests =
    [
        "How do I repair a broken chair?",
        "List three uses of vinegar, 2 of them outdoors: e.g. \"cleaning\" (and why).",
        "a",
        "Naïve café — 10% off, isn't it? 🙂 née Łódź",
        "two  spaces and a trailing one ",
    ];

    /// <summary>Of transforms that no rule undoes: what they make of a request, worked by hand. Seeds stand where chance plays a part.</summary>
    private static readonly Dictionary<string, (string Request, string Made)> Recorded = new(StringComparer.Ordinal)
    {
        ["leetspeak"] = ("Take a taxi to Oslo", "74k3 4 74x1 70 05l0"),
        ["pig-latin"] = ("three apples you hmm", "eethray applesway ouyay hmmay"),
        ["past-tense"] = ("How do I repair my chair?", "How did people repair their chair in the past?"),
        ["future-tense"] = ("What is the best way to store our apples", "How will people store their apples a hundred years from now?"),
    };

    public static TheoryData<string> Names => [.. PromptTransforms.All.Select(t => t.Name)];

    [Fact]
    public void There_are_transforms_of_each_kind_under_names_of_their_own()
    {
        PromptTransforms.All.Count.ShouldBeGreaterThanOrEqualTo(40);
        PromptTransforms.All.Select(t => t.Name).ShouldBeUnique();
        PromptTransforms.All.Select(t => t.Kind).Distinct().Count().ShouldBe(Enum.GetValues<TransformKind>().Length);
        PromptTransforms.All.ShouldAllBe(t => t.About.Length > 0 && t.Source.Length > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_comes_back_or_stands_recorded(string name)
    {
        var transform = PromptTransforms.Get(name);
        foreach (var request in Requests)
        {
            var turns = Turns(transform, request);
            turns[^1].Role.ShouldBe("user");
            if (transform.Keeps == RequestKept.Nothing) transform.Recover(turns).ShouldBeNull();
            else Kept(transform, transform.Recover(turns)!).ShouldBe(Kept(transform, request));
        }

        if (transform.Keeps != RequestKept.Nothing || transform is NoiseTransform) return;
        var (asked, made) = Recorded[name];
        Turns(transform, asked)[^1].Content.ShouldEndWith(made);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_makes_the_same_turns_and_another_one_others_where_chance_plays_a_part(string name)
    {
        var transform = PromptTransforms.Get(name);
        var request = Requests[1];
        Turns(transform, request, 7).ShouldBe(Turns(transform, request, 7));
        Turns(transform, request, 7).SequenceEqual(Turns(transform, request, 8)).ShouldBe(!transform.IsRandom);
    }

    /// <summary>RFC 4648, section 10; RFC 2045; Adobe's Ascii85; the tables of ITU-R M.1677 and braille.</summary>
    [Theory]
    [InlineData("base64", "foobar", "Zm9vYmFy")]
    [InlineData("base32", "foobar", "MZXW6YTBOI======")]
    [InlineData("base32", "foob", "MZXW6YQ=")]
    [InlineData("base85", "Man sure.", "9jqo^F*2M7/c~>")]
    [InlineData("hex", "foobar", "666f6f626172")]
    [InlineData("binary", "Hi", "01001000 01101001")]
    [InlineData("decimal", "Hi", "72 105")]
    [InlineData("quoted-printable", "é=", "=C3=A9=3D")]
    [InlineData("uuencode", "Cat", "begin 644 request\n#0V%T\n`\nend")]
    [InlineData("morse", "SOS 3", "... --- ... / ...--")]
    [InlineData("nato", "ab 1", "Alfa Bravo / One")]
    [InlineData("braille", "ab 10", "⠁⠃ ⠼⠁⠼⠚")]
    [InlineData("rot13", "Hello, World", "Uryyb, Jbeyq")]
    [InlineData("caesar", "xyz ABC", "abc DEF")]
    [InlineData("atbash", "abc XYZ", "zyx CBA")]
    [InlineData("flip-letters", "abc de", "ed cba")]
    [InlineData("flip-words", "one two three", "three two one")]
    [InlineData("full-width", "a B!", "ａ　Ｂ！")]
    public void Codes_are_those_of_their_standards(string name, string request, string code) =>
        Turns(PromptTransforms.Get(name), request)[^1].Content.ShouldEndWith("\n\n" + code.Replace("~>", "", StringComparison.Ordinal));

    [Fact]
    public void A_noisy_request_stays_readable()
    {
        var random = new RandomStream(3, StreamStage.PromptTransforms);
        var noisy = new NoiseTransform().Apply("How do I repair a broken chair?", ref random)[0].Content;
        noisy.Length.ShouldBe("How do I repair a broken chair?".Length);
        noisy.ShouldNotBe("How do I repair a broken chair?");
        // Words keep their place, first and last letter but for a step in ASCII; most letters are still there.
        noisy.Split(' ').Length.ShouldBe(7);
        noisy.ToLowerInvariant().Count("repair".Contains).ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Transforms_compose_and_come_apart_again()
    {
        var transform = PromptTransforms.Get("rot13+payload-splitting+many-shot");
        var turns = Turns(transform, Requests[0]);
        turns.Count.ShouldBe(33);
        turns[^1].Content.ShouldNotContain("chair");
        transform.Recover(turns).ShouldBe(Requests[0]);
        transform.Name.ShouldBe("rot13+payload-splitting+many-shot");
    }

    [Fact]
    public void What_is_misspelt_is_named()
    {
        Should.Throw<UserError>(() => PromptTransforms.Get("base46")).Message.ShouldBe("transform: There is no prompt transform \"base46\". Did you mean \"base64\"?");
        Should.Throw<UserError>(() => PromptTransforms.Get("rot13+bsae64")).Message.ShouldContain("Did you mean \"base64\"?");
        Should.Throw<UserError>(() => PromptTransforms.Get("translate:zu")).Message.ShouldContain("--translations");
    }

    [Fact]
    public void Translations_are_those_of_the_file_and_a_missing_one_is_an_error()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """
                {"prompt": "How do I bake bread?", "language": "zu", "translation": "Ngisibhaka kanjani isinkwa?"}
                {"prompt": "How do I bake bread?", "language": "de", "translation": "Wie backe ich Brot?"}
                """);
            var zulu = PromptTransforms.Get("translate:zu", file);
            Turns(zulu, "How do I  bake bread?")[0].Content.ShouldBe("Ngisibhaka kanjani isinkwa?");
            zulu.Recover(Turns(zulu, "How do I bake bread?")).ShouldBe("How do I bake bread?");
            Should.Throw<UserError>(() => Turns(zulu, "How do I sing?")).Message.ShouldContain("No line translates this prompt into zu: How do I sing?");
            Should.Throw<UserError>(() => PromptTransforms.Get("translate:fr", file)).Message.ShouldContain("has no translation into \"fr\"");
            File.AppendAllText(file, "\n{\"prompt\": \"x\", \"language\": \"zu\"}");
            Should.Throw<UserError>(() => PromptTransforms.Get("translate:zu", file)).Message.ShouldStartWith($"{file}:3: translation: ");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IReadOnlyList<ChatMessage> Turns(IPromptTransform transform, string request, ulong seed = 1)
    {
        var random = new RandomStream(seed, StreamStage.PromptTransforms);
        return transform.Apply(request, ref random);
    }

    private static string Kept(IPromptTransform transform, string text) =>
        transform.Keeps == RequestKept.All ? text : string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
