using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Describes an adapter: what it changes and by how much, and which model it is for.</summary>
internal sealed class AdapterInfoCommand : CliCommand
{
    private readonly Argument<string> _adapter = AdapterCommand.Argument();
    private readonly Option<string?> _base = new("--base") { HelpName = "model", Description = "Also say whether the adapter is for this model." };
    private readonly Option<bool> _json = CommonOptions.Json("the description");

    public AdapterInfoCommand()
        : base(
            "info",
            "Describe an adapter: its ranks and scales, the modules that it changes, the model that it is for.",
            "deliberate adapter info runs/gsm8k/checkpoints/final",
            "deliberate adapter info from-a-friend --base models/Qwen3-0.6B   # an error where it is not for it")
    {
        Add(_adapter);
        Add(_base);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        using var file = AdapterFile.Open(AdapterCommand.Folder(parsed.GetRequiredValue(_adapter)));
        if (parsed.GetValue(_base) is { } named)
        {
            using var model = PretrainedModel.Open(CheckpointChoice.Find(named).Location);
            file.Check(model);
        }

        var (settings, ranks) = (file.Configuration, file.Modules.Values.Distinct().Order().ToArray());
        var scales = file.Modules.Select(m => settings.ScaleOf(m.Key, m.Value)).Distinct().Order().ToArray();
        var kinds = file.Modules.Keys.Select(m => m[(m.LastIndexOf('.') + 1)..]).Distinct().ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Adapter = file.Folder, file.Hash, file.Parameters, Magnitudes = settings.HasMagnitudes, RankStabilised = settings.IsRankStabilised, Ranks = ranks, Scales = scales, Modules = file.Modules, Saved = file.Saved, settings.BaseModel, file.BaseWeights });
            return ExitCode.Success;
        }

        void Fact(string name, string value) => Console.Out.WriteLine($"{name,-12} {value}");
        Fact("adapter", file.Folder);
        Fact("kind", (settings.HasMagnitudes ? "LoRA with magnitudes (DoRA)" : "LoRA") + (settings.IsRankStabilised ? ", rank-stabilised scale" : ""));
        Fact("parameters", string.Create(CultureInfo.InvariantCulture, $"{file.Parameters:N0} in {file.Modules.Count} modules ({string.Join(", ", kinds)}){(file.Saved.Count > 0 ? $", {file.Saved.Count} saved whole" : "")}"));
        Fact("rank", string.Join(", ", ranks));
        Fact("scale", string.Join(", ", scales.Select(s => s.ToString("0.####", CultureInfo.InvariantCulture))));
        Fact("base", settings.BaseModel ?? "not said");
        Fact("", file.BaseWeights is { } hash ? $"weights sha256 {hash}" : "its hash is not said: shapes are compared");
        Fact("hash", $"sha256 {file.Hash}");
        if (parsed.GetValue(_base) is { } fits) Fact("fits", fits);
        return ExitCode.Success;
    }
}
