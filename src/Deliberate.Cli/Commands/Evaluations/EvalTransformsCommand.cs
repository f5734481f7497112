using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>The prompt transforms there are, or what they make of a text.</summary>
internal sealed class EvalTransformsCommand : CliCommand
{
    private readonly Option<string?> _text = new("--text") { HelpName = "text", Description = "Show what each makes of this text." };
    private readonly Option<string[]> _names = new("--transform") { HelpName = "transform", Description = "Only this one. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the transforms");

    public EvalTransformsCommand()
        : base(
            "transforms",
            "List the prompt transforms, which put any task's requests another way: deliberate eval TASK+TRANSFORM, or --transform.",
            "deliberate eval transforms",
            "deliberate eval transforms --transform rot13+prefix-injection --text \"How do I bake bread?\"")
    {
        foreach (var option in new Option[] { _text, _names, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        IPromptTransform[] transforms = parsed.GetValue(_names) is { Length: > 0 } names ? [.. names.Select(n => PromptTransforms.Get(n))] : [.. PromptTransforms.All];
        if (parsed.GetValue(_text) is { } text)
        {
            foreach (var transform in transforms)
            {
                var random = new RandomStream(parsed.GetValue(_seed), StreamStage.PromptTransforms);
                Console.Out.WriteLine($"{transform.Name}:");
                foreach (var turn in transform.Apply(text, ref random)) Console.Out.WriteLine($"  {turn.Role}: {turn.Content.ReplaceLineEndings("\n    ")}");
            }

            return ExitCode.Success;
        }

        if (parsed.GetValue(_json)) JsonOutput.Write(new { Transforms = transforms.Select(t => new { t.Name, Kind = RecipeWriter.Scalar(t.Kind), t.About, t.Source, Random = t.IsRandom }) });
        else Terminal.WriteTable("Prompt transforms:", ["transform", "kind", "what it does", "described in"], transforms.Select(t => (string[])[t.Name, RecipeWriter.Scalar(t.Kind).Replace('_', ' '), t.IsRandom ? $"{t.About} (random)" : t.About, t.Source]), words: 4);
        return ExitCode.Success;
    }
}
