using System.CommandLine;
using System.Globalization;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Writes the small world's data, and the recipes that train its base, its judge and the aligned model.</summary>
internal sealed class SpecWorldCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "Where the files go; those that are there stay." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _corpus = CommonOptions.Whole("--corpus", "Examples of the base's corpus.", new WorldSizes(1).Corpus, 100, 10_000_000);
    private readonly Option<int> _judge = CommonOptions.Whole("--judge", "Examples of the judge's corpus.", new WorldSizes(1).Judge, 100, 10_000_000);
    private readonly Option<int> _prompts = CommonOptions.Whole("--prompts", "Requests to align on.", new WorldSizes(1).Prompts, 8, 1_000_000);

    public SpecWorldCommand()
        : base(
            "world",
            "Write PolicyWorld: made-up things, requests and rules in which a model of a laptop's size learns a specification. Its specification: deliberate spec show policy-world.",
            "deliberate spec world runs/world",
            "deliberate spec world runs/world --seed 2 --corpus 20000")
    {
        Add(_folder);
        foreach (var option in new Option[] { _seed, _corpus, _judge, _prompts }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = parsed.GetRequiredValue(_folder);
        WorldFiles.Write(folder, new WorldSizes(parsed.GetValue(_seed), parsed.GetValue(_corpus), parsed.GetValue(_judge), parsed.GetValue(_prompts)));
        foreach (var name in new[] { WorldFiles.Corpus, WorldFiles.Judge, WorldFiles.Prompts, WorldFiles.Skills, WorldFiles.Problems })
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.Combine(folder, name)}  {new FileInfo(Path.Combine(folder, name)).Length} bytes"));
        return ExitCode.Success;
    }
}
