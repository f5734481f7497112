using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// A <see cref="ModelInfo"/> for people: a line for each fact, tables for memory and stored types. What a stranger wrote (names,
/// tokens, the template) is shown without control characters.
/// </summary>
internal static class ModelInfoView
{
    private const int TemplateLines = 6;
    private const int LineLength = 110;
    private const int TokensShown = 8;

    public static void Write(ModelInfo info)
    {
        Console.Out.WriteLine($"{Plain(info.Name)}  ({info.Format}, {Quantity.Bytes(info.Files.Sum(f => f.Bytes))} in {Count(info.Files.Count, "file")})");
        WriteIdentity(info.Identity);
        WriteArchitecture(info.Architecture);
        WriteParameters(info.Parameters, info.Architecture.Layers);
        Console.Out.WriteLine();
        WriteMemory(info);
        Console.Out.WriteLine();
        WriteStored(info.Stored);
        Console.Out.WriteLine();
        WriteTokenizer(info.Tokenizer);
        WriteTemplate(info.ChatTemplate);
        Fact("generation", info.Generation.Count == 0 ? "nothing is said" : string.Join(", ", info.Generation.Select(f => $"{f.Key} {Value(f.Value)}")));
        foreach (var ignored in info.Ignored) Fact("ignored", $"{Plain(ignored.Field)} {Plain(ignored.Value)} in {Path.GetFileName(ignored.File)}: the model has no such token");
        Fact("licence", info.Licence is { } licence ? Plain(licence.Name) : "nothing is said: ask whoever published the model");
        Console.Out.WriteLine();
        WriteOrigins(info);
        WriteFiles(info.Files);
    }

    private static void WriteIdentity(ModelIdentity? identity) => Fact(
        "identity", identity is null ? "not known yet: --hash reads the weights for it"
            : $"sha256 {identity.Id} (weights {identity.Weights[..12]}, configuration {identity.Configuration[..12]}, tokenizer {identity.Tokenizer[..12]}, template {identity.ChatTemplate?[..12] ?? "none"}{(identity.Adapter is null ? "" : $", adapter {identity.Adapter[..12]}")})");

    private static void WriteArchitecture(ModelInfo.ArchitectureInfo a)
    {
        Fact("architecture", $"{a.Name} ({a.ClassName}; as {a.KnownFrom})");
        Fact("layers", $"{a.Layers} of width {a.Width}; feed-forward {a.FeedForward}, gated by {(a.Activation == ActivationKind.Silu ? "SiLU" : "tanh-GELU")}; RMSNorm {Placement(a.Norms)} with epsilon {Number(a.NormEpsilon)}");
        var shared = a.KeyValueHeads == a.Heads ? "" : $", sharing {a.KeyValueHeads} of keys and values";
        var window = a.SlidingWindow is { } w ? $"; sliding window of {w} in {a.SlidingLayers} layers" : "";
        Fact("attention", $"{a.Heads} heads of {a.HeadSize}{shared}{(a.QueryKeyNorm ? $"; queries and keys normed {(a.QueryKeyNormOfAllHeads ? "over all heads" : "by head")}" : "")}{window}{Cap("scores", a.AttentionSoftCap)}");
        var turned = a.RotaryDimensions == a.HeadSize ? "" : $", {a.RotaryDimensions} of {a.HeadSize} dimensions turned";
        var local = a.SlidingRotaryBase is { } theta ? $"; {Number(theta)} in the layers that slide" : "";
        var unrotated = a.UnrotatedLayers > 0 ? $"; {a.UnrotatedLayers} layers not rotated" : "";
        var scaling = a.RotaryScaling == RopeKind.Default ? "not scaled" : $"scaled by {a.RotaryScaling.ToString().ToLowerInvariant()}{(a.RotaryFactor > 1 ? $" {Number(a.RotaryFactor)}" : "")}";
        Fact("positions", $"context of {a.Context} tokens; rotary base {Number(a.RotaryBase)}, {scaling}{turned}{local}{unrotated}");
        string?[] biases = [a.QueryKeyValueBias ? "q, k, v" : null, a.AttentionOutputBias ? "attention output" : null, a.FeedForwardBias ? "feed-forward" : null];
        Fact("biases", biases.Any(b => b is not null) ? string.Join(", ", biases.OfType<string>()) : "none");
        Fact("head", $"{(a.TiedHead ? "the embedding itself" : "a matrix of its own")}{Cap("logits", a.LogitSoftCap)}");

        string Cap(string what, double? cap) => cap is { } value ? $"; {what} capped at {Number(value)} by tanh" : "";

        static string Placement(NormPlacement norms) => norms switch
        {
            NormPlacement.After => "after both halves",
            NormPlacement.Around => "before and after both halves",
            _ => "before both halves",
        };
    }

    private static void WriteParameters(ParameterCounts p, int layers)
    {
        var head = p.Head > 0 ? $", head {Quantity.Count(p.Head)}" : "";
        Fact("parameters", $"{p.Total.ToString("N0", CultureInfo.InvariantCulture)}: embedding {Quantity.Count(p.Embedding)}, {layers} layers of {Quantity.Count(p.Layer)}{head}");
    }

    private static void WriteMemory(ModelInfo info)
    {
        var context = info.CacheBytesPerThousandTokens / 1000 * info.Architecture.Context;
        Terminal.WriteTable(
            "Memory to run it, by the precision that the weights are held in:",
            ["weights as", "weights", "keys and values, 1,000 tokens", $"both, one full context ({info.Architecture.Context.ToString("N0", CultureInfo.InvariantCulture)})"],
            info.Memory.Select(m => (string[])[m.Key.ToUpperInvariant(), Quantity.Bytes(m.Value), Quantity.Bytes(info.CacheBytesPerThousandTokens), Quantity.Bytes(m.Value + context)]));
    }

    private static void WriteStored(IReadOnlyList<StoredTensors> stored) => Terminal.WriteTable(
        "Stored in the files:",
        ["type", "tensors", "elements", "size"],
        stored.Select(s => (string[])[s.Type.ToString(), s.Tensors.ToString(CultureInfo.InvariantCulture), Quantity.Count(s.Elements), Quantity.Bytes(s.Bytes)]));

    private static void WriteTokenizer(ModelInfo.TokenizerInfo t)
    {
        var named = t.PreTokenizer is null ? "" : $", pre-tokenizer {Plain(t.PreTokenizer)}";
        Fact("tokenizer", $"{t.Kind}{named} ({string.Join(", ", t.Steps)}); {t.Vocabulary} tokens, {t.Merges} merges");
        if (t.Roles.Count > 0) Fact("special", string.Join(", ", t.Roles.Select(r => $"{r.Key.Replace("_token", "", StringComparison.Ordinal)} {Tokens([r.Value])}")));
        var others = t.Special.Where(s => t.Roles.Values.All(r => r.Id != s.Id)).ToArray();
        if (others.Length > 0) Fact("", $"and {Tokens(others.Take(TokensShown))}{(others.Length > TokensShown ? $", {others.Length - TokensShown} more" : "")}");
        Fact("texts", $"{(t.Begin.Count == 0 ? "begin with no token of their own" : $"begin with {Tokens(t.Begin, ", ")}")}, {(t.Stop.Count == 0 ? "and no token ends them" : $"end with {Tokens(t.Stop, " or ")}")}");
    }

    private static string Tokens(IEnumerable<ModelInfo.Token> tokens, string between = ", ") => string.Join(between, tokens.Select(t => $"{Plain(t.Text)} ({t.Id})"));

    private static void WriteTemplate(ModelInfo.TemplateInfo? template)
    {
        if (template is null)
        {
            Fact("chat template", "none: the model was not trained on conversations");
            return;
        }

        var thinking = template.ThinkingSwitch is { } name ? $"thinking (switched by {name})" : "thinking";
        (string What, bool Taken)[] parts = [("system message", template.System), ("tools", template.Tools), (thinking, template.Thinking), ("marks of the assistant's tokens", template.AssistantMask)];
        string Those(bool taken) => string.Join(", ", parts.Where(p => p.Taken == taken).Select(p => p.What));
        string[] said = [Those(true) is { Length: > 0 } with ? $"with {with}" : "", Those(false) is { Length: > 0 } without ? $"without {without}" : ""];
        Fact("chat template", string.Join("; ", said.Where(s => s.Length > 0)));
        var lines = template.Source.ReplaceLineEndings("\n").Split('\n');
        foreach (var line in lines.Take(TemplateLines)) Console.Out.WriteLine("    | " + Plain(line.Length > LineLength ? line[..LineLength] + "…" : line));
        if (lines.Length > TemplateLines) Console.Out.WriteLine($"    | … {Count(lines.Length - TemplateLines, "more line")}");
        Fact("turns", template.TurnEnd switch
        {
            null => "the template marks no end of the assistant's turn",
            { Id: { } id, Text: var text } => $"end with {Plain(text)} ({id}), as the template writes it",
            { Text: var text } => $"end with {Plain(text)}, as the template writes it; it is no token of the model's, and found in the text",
        });
    }

    private static void WriteOrigins(ModelInfo info)
    {
        var origins = info.Origins;
        (string Part, Origin? From)[] parts =
        [
            ("configuration", origins.Configuration), ("weights", origins.Weights), ("tokenizer", origins.Tokenizer), ("chat template", origins.ChatTemplate), ("generation", origins.Generation), ("licence", origins.Licence),
        ];
        var folder = FolderOf(origins.Weights);
        Console.Out.WriteLine($"Where each comes from, in {folder}:");
        foreach (var (part, from) in parts)
        {
            // Every file of a model lies in one folder.
            if (from is null) Fact(part, "-");
            else Fact(part, Path.GetFileName(from.File) + (from.Key is null ? "" : $": {from.Key}"));
        }
    }

    private static string FolderOf(Origin origin) => Path.GetDirectoryName(Path.GetFullPath(origin.File))!;

    private static void WriteFiles(IReadOnlyList<ModelInfo.FileInfo> files)
    {
        if (files.All(f => f.Sha256 is null)) return;
        Console.Out.WriteLine();
        Console.Out.WriteLine("SHA-256:");
        foreach (var file in files) Console.Out.WriteLine($"{file.Sha256}  {file.Path}");
    }

    private static void Fact(string name, string value) => Console.Out.WriteLine($"{name,-14} {value}");

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Value(object value) => value switch
    {
        int[] ids => string.Join(" ", ids),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Control characters, which could command a terminal, become what stands for them in JSON.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '\t') plain.Append("    ");
            else if (char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format) plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else plain.Append(c);
        }

        return plain.ToString();
    }
}
