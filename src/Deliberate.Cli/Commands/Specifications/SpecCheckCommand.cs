using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Reads a specification, and says what is in it or what is wrong with it, all mistakes at once with file and line.</summary>
internal sealed class SpecCheckCommand : CliCommand
{
    private readonly Argument<string> _folder = new("SPECIFICATION") { Description = $"A folder of Markdown files, or a shipped one: {string.Join(", ", ShippedSpecifications.Names)}." };
    private readonly Option<string?> _model = new("--model") { HelpName = "checkpoint", Description = "Count the tokens of spec(category) as this model's tokenizer does, and hold them against its context." };
    private readonly Option<int?> _most = CommonOptions.OptionalWhole("--max-tokens", "Tokens that spec(category) may have; with --model. Its context if left out.", 1);
    private readonly Option<bool> _json = CommonOptions.Json("what is in it");

    public SpecCheckCommand()
        : base("check", "Check a specification: exit code 0 and what is in it, or 2 and its mistakes with file and line.", "deliberate spec check my-specification", "deliberate spec check general --model runs/my-model --max-tokens 1500")
    {
        Add(_folder);
        foreach (var option in new Option[] { _model, _most, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var specification = SpecificationFolder.Read(parsed.GetRequiredValue(_folder));
        IReadOnlyList<SpecificationLength> lengths = [];
        if (parsed.GetValue(_model) is { } model)
        {
            using var opened = PretrainedModel.Open(CheckpointChoice.Find(model).Location);
            var context = opened.Configuration.MaxPositions;
            SpecificationLength.Check(specification, opened.Text.Tokenizer, parsed.GetValue(_most) ?? context, parsed.GetValue(_most) is null ? "the model's context" : "--max-tokens");
            lengths = SpecificationLength.Of(specification, opened.Text.Tokenizer);
        }
        else if (parsed.GetValue(_most) is not null)
        {
            throw new UserError("Tokens are a model's: name one.", field: "--max-tokens", advice: "Add --model CHECKPOINT.");
        }

        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                specification.Name,
                specification.Version,
                specification.Title,
                specification.Hash,
                Categories = specification.Categories.Select(c => new { c.Id, c.Title, Classes = c.Classes.Select(k => new { k.Id, Rule = k.RuleWord, k.Title }), Tokens = lengths.FirstOrDefault(l => l.Category == c.Id)?.Tokens }),
            });
            return ExitCode.Success;
        }

        Console.Out.WriteLine($"{specification.Name}, version {specification.Version}: {specification.Title}.");
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{specification.Categories.Count} categories, {specification.Classes.Count()} content classes:"),
            ["category", "allowed", "disallowed", "safe completion", .. lengths.Count > 0 ? ["tokens of spec(category)"] : Array.Empty<string>()],
            specification.Categories.Select(c => (IReadOnlyList<string>)[c.Id, Ids(c, ContentRule.Allowed), Ids(c, ContentRule.Disallowed), Ids(c, ContentRule.SafeCompletion), .. lengths.Where(l => l.Category == c.Id).Select(l => l.Tokens.ToString(CultureInfo.InvariantCulture))]));
        Console.Out.WriteLine($"Hash  {specification.Hash}");
        return ExitCode.Success;
    }

    private static string Ids(SpecificationCategory category, ContentRule rule) => string.Join(", ", category.Classes.Where(c => c.Rule == rule).Select(c => c.Id));
}
