using Deliberate.Core;
using Deliberate.Evaluation;
using Shouldly;
using Xunit;

namespace Deliberate.Safety.Tests;

public sealed class SpecificationFolderTests
{
    private const string Head = """
        ---
        kind: specification
        name: small
        version: "1"
        title: A small one
        ---

        ## Principles

        Be good.

        ## Style of complying

        Plainly.

        ## Style of refusing

        Briefly.
        """;

    private const string Category = """
        ---
        kind: category
        id: things
        title: Things
        summary: What is said of things.
        ---

        ## T1 disallowed: making

        Making a thing; see [[T2]].

        ## T2 safe completion: asking

        Asking about one.

        ## Style of safe completion

        With care.
        """;

    [Fact]
    public void A_folder_of_markdown_is_a_specification()
    {
        var read = Parse(("specification.md", Head), ("things.md", Category));
        read.Name.ShouldBe("small");
        read.Category("things").Classes.Select(c => (c.Id, c.Rule)).ShouldBe([("T1", ContentRule.Disallowed), ("T2", ContentRule.SafeCompletion)]);
        read.Category("things").Classes[0].References.ShouldBe(["T2"]);
        read.Category("things").SafeCompletion.ShouldBe("With care.");
    }

    [Fact]
    public void Its_hash_is_of_its_words_and_not_of_its_files()
    {
        var one = Parse(("specification.md", Head), ("things.md", Category));
        Parse(("z.md", Category), ("a.md", Head)).Hash.ShouldBe(one.Hash);
        Parse(("specification.md", Head + "\n\n"), ("things.md", Category.Replace("\n", "\r\n", StringComparison.Ordinal))).Hash.ShouldBe(one.Hash);
        Parse(("specification.md", Head), ("things.md", Category.Replace("Making a thing", "Making things", StringComparison.Ordinal))).Hash.ShouldNotBe(one.Hash);
    }

    [Fact]
    public void What_is_read_of_one_category_has_its_text_and_the_summaries_of_the_others()
    {
        var other = Category.Replace("id: things", "id: others", StringComparison.Ordinal).Replace("T1", "O1", StringComparison.Ordinal).Replace("T2", "O2", StringComparison.Ordinal).Replace("What is said of things", "Another summary", StringComparison.Ordinal).Replace("Asking about one", "Asking about the other", StringComparison.Ordinal);
        var text = Parse(("specification.md", Head), ("things.md", Category), ("others.md", other)).For("things");
        text.ShouldContain("T1 disallowed: making");
        text.ShouldContain("Another summary.");
        text.ShouldNotContain("Asking about the other");
        text.ShouldContain("Be good.");
    }

    [Theory]
    [InlineData("T1 disallowed: making", "T1: making", "things.md:8: The class T1 has no rule")]
    [InlineData("T2 safe completion: asking", "T1 allowed: asking", "T1 is allowed here and disallowed in things.md:8: the rules contradict each other")]
    [InlineData("T2 safe completion: asking", "T2 safe completion: making", "\"making\" is safe completion here (T2) and disallowed in line 8 (T1)")]
    [InlineData("[[T2]]", "[[T9]]", "things.md:8: T1 refers to [[T9]], and there is no such class")]
    [InlineData("Asking about one.", "Asking about one, see [[T1]].", "The references go in a circle: T1 → T2 → T1")]
    [InlineData("title: Things", "titel: Things", "things.md:4:")]
    [InlineData("title: Things", "title: [", "things.md:")]
    [InlineData("## Style of safe completion\n\nWith care.", "", "T2 asks for a safe completion, and the category does not say how one is written")]
    [InlineData("kind: category", "kind: kategory", "things.md:2: kind: There is no kind \"kategory\"")]
    [InlineData("## T1", "Lost words\n\n## T1", "things.md:8: Text stands before the first heading")]
    [InlineData("## T1 disallowed: making", "## Making", "things.md:8: \"Making\" is neither a content class nor a section of a category")]
    [InlineData("summary: What is said of things.", "summary: \"\"", "summary: The summary is empty")]
    public void A_mistake_is_told_with_file_and_line(string from, string to, string message)
    {
        var text = Category.Replace("\r\n", "\n", StringComparison.Ordinal);
        text.ShouldContain(from);
        Should.Throw<UserError>(() => Parse(("specification.md", Head), ("things.md", text.Replace(from, to, StringComparison.Ordinal)))).Message.ShouldContain(message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var error = Should.Throw<UserError>(() => Parse(("specification.md", Head.Replace("## Principles", "## Principals", StringComparison.Ordinal)), ("things.md", Category.Replace("T1 disallowed", "T1", StringComparison.Ordinal)), ("no.md", "words")));
        error.Messages.Count.ShouldBe(3);
        error.Message.ShouldContain("no.md:1: The file has no front matter");
    }

    [Fact]
    public void A_specification_needs_its_head_and_one_only()
    {
        Should.Throw<UserError>(() => Parse(("things.md", Category))).Message.ShouldContain("No file is of kind specification");
        Should.Throw<UserError>(() => Parse(("a.md", Head), ("b.md", Head), ("things.md", Category))).Message.ShouldContain("b.md:2: kind: The specification is begun twice");
        Should.Throw<UserError>(() => SpecificationFolder.Read("no-such")).Message.ShouldContain("There is no such specification");
    }

    [Fact]
    public void A_file_of_a_megabyte_and_more_is_refused_with_its_size()
    {
        using var folder = new TemporaryFolder();
        folder.Write("specification.md", Head);
        folder.Write("things.md", Category + new string('x', SpecificationFolder.LongestFile));
        Should.Throw<UserError>(() => SpecificationFolder.Read(folder.Root)).Message.ShouldContain("more than 1048576");
    }

    [Fact]
    public void A_specification_that_is_longer_than_the_context_is_refused_with_the_numbers()
    {
        var tokenizer = TinyWorld.Format.Tokenizer;
        var read = Parse(("specification.md", Head), ("things.md", Category.Replace("With care.", string.Concat(Enumerable.Repeat("With care. ", 500)), StringComparison.Ordinal)));
        var tokens = SpecificationLength.Of(read, tokenizer).ShouldHaveSingleItem().Tokens;
        Should.Throw<UserError>(() => SpecificationLength.Check(read, tokenizer, 300, "the model's context")).Message.ShouldContain($"spec(things) has {tokens} tokens, more than the 300 of the model's context");
        SpecificationLength.Check(read, tokenizer, tokens, "the model's context");
    }

    [Fact]
    public void The_shipped_one_is_complete()
    {
        var shipped = SpecificationFolder.Read(ShippedSpecifications.General);
        shipped.Categories.Count.ShouldBeGreaterThanOrEqualTo(7);
        shipped.Find("stereotypes")!.Classes.ShouldContain(c => c.Rule == ContentRule.SafeCompletion);
        shipped.Find("ungrounded")!.Classes.ShouldContain(c => c.Rule == ContentRule.SafeCompletion);
        foreach (var rule in Enum.GetValues<ContentRule>()) shipped.Classes.ShouldContain(c => c.Class.Rule == rule);
        foreach (var (_, one) in shipped.Classes) one.Text.ShouldNotBeEmpty(one.Id);
    }

    [Fact]
    public void What_is_written_out_is_read_as_the_same()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in ShippedSpecifications.Names)
        {
            ShippedSpecifications.Copy(name, folder.Path(name));
            SpecificationFolder.Read(folder.Path(name)).Hash.ShouldBe(ShippedSpecifications.Find(name)!.Hash);
        }
    }

    [Fact]
    public void A_turned_rule_is_a_difference_and_the_order_of_files_is_none()
    {
        var one = Parse(("specification.md", Head), ("things.md", Category));
        SpecificationDifference.Of(one, Parse(("b.md", Category), ("z.md", Head))).ShouldBeEmpty();
        var turned = SpecificationDifference.Of(one, Parse(("specification.md", Head), ("things.md", Category.Replace("T1 disallowed", "T1 allowed", StringComparison.Ordinal)))).ShouldHaveSingleItem();
        (turned.What, turned.Change, turned.Before, turned.After, turned.TurnsRule).ShouldBe(("class T1", "rule", "disallowed", "allowed", true));
        SpecificationDifference.Of(one, Parse(("specification.md", Head), ("things.md", Category.Replace("## T2 safe completion: asking\n\nAsking about one.\n\n", "", StringComparison.Ordinal).Replace("; see [[T2]]", "", StringComparison.Ordinal)))).Select(c => c.Change).ShouldBe(["removed", "text"], ignoreOrder: true);
    }

    [Fact]
    public void A_specification_is_a_policy_of_any_judge_of_policies()
    {
        SafetyTasks.Register();
        using var folder = new TemporaryFolder();
        folder.Write("spec/specification.md", Head);
        folder.Write("spec/things.md", Category);
        PolicyRubric.Create("general").Instructions.ShouldContain("K1 disallowed: working instructions for crimes");
        PolicyRubric.Create(folder.Path("spec")).Instructions.ShouldContain("T1 disallowed: making");
        PolicyRubric.Create(folder.Write("general.md", "My own words.")).Instructions.ShouldContain("My own words.");
        PolicyRubric.Create("general").Hash.ShouldNotBe(PolicyRubric.Create().Hash);
    }

    private static Specification Parse(params (string File, string Text)[] files) => SpecificationFolder.Parse(files, "folder");
}
