namespace Deliberate.Cli.Tests;

public sealed class RecipeMistakeTests
{
    [Theory]
    [InlineData("name: x\nsupervised:\n  tokns: 5\n", "bad.yaml:3:3: ", "tokens")]
    [InlineData("name: x\nsupervised:\n  tokens: many\n", "bad.yaml:3:11: supervised.tokens: ", "many")]
    [InlineData("name: x\nmodel:\n  layers: 0\n", "bad.yaml:3:11: model.layers: ", "at least 1")]
    [InlineData("name: x\nfamily:\n  name: countdwn\n", "bad.yaml:3:", "countdown")]
    [InlineData("seed: 1\n", "bad.yaml", "name")]
    [InlineData("name: [\n", "bad.yaml:", "")]
    [InlineData("name: x\nmodel:\n  hidden: 30\n", "bad.yaml:3:", "not divisible by 4")]
    [InlineData("name: x\nreinforcement:\n  objective: dpao\n", "bad.yaml:3:", "dapo")]
    public void A_mistake_in_a_recipe_is_named_by_file_line_column_and_field(string text, string place, string said)
    {
        using var folder = new TemporaryFolder();
        folder.File("bad.yaml", text);
        var line = CliProcess.Run(folder.Root, "train", "bad.yaml").ShouldBeUserMistake();
        line.ShouldStartWith("error: " + place);
        line.ShouldContain(said);
        Directory.Exists(Path.Combine(folder.Root, "runs")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("supervised.tokns=5", "--set supervised.tokns", "tokens")]
    [InlineData("supervised.tokens=-5", "--set supervised.tokens", "at least 0")]
    [InlineData("seed", "--set seed", "key.path=value")]
    public void A_mistake_in_an_override_names_the_override(string set, string place, string said)
    {
        using var folder = new TemporaryFolder();
        folder.File("good.yaml", TinyRun.Recipe("good"));
        var line = CliProcess.Run(folder.Root, "train", "good.yaml", "--set", set).ShouldBeUserMistake();
        line.ShouldStartWith("error: " + place);
        line.ShouldContain(said);
    }

    [Fact]
    public void A_missing_recipe_suggests_the_nearest_file()
    {
        using var folder = new TemporaryFolder();
        folder.File("arithmetic.yaml", "name: x\n");
        CliProcess.Run(folder.Root, "train", "arithmetik.yaml").ShouldBeUserMistake().ShouldContain("Did you mean \"arithmetic.yaml\"?");
    }
}
