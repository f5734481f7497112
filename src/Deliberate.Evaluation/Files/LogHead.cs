using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>The first record of an evaluation's log: what was asked of whom, with the versions and hashes that results are compared by.</summary>
internal sealed record LogHead(EvaluationTask Task, ModelDescription Model, RunSettings Settings)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("command"u8, EvaluationLog.Command);
        json.WriteStartObject("task"u8);
        json.WriteString("name"u8, Task.Name);
        json.WriteNumber("version"u8, Task.Version);
        json.WriteString("title"u8, Task.Title);
        json.WriteString("solver"u8, Task.Solver.Name);
        json.WriteEndObject();
        if (Task.Source is { } source)
        {
            json.WriteStartObject("data"u8);
            json.WriteString("name"u8, source.Name);
            json.WriteString("licence"u8, source.Licence);
            json.WriteString("address"u8, source.Address.ToString());
            if (source.Sha256 is { } hash) json.WriteString("sha256"u8, hash);
            json.WriteEndObject();
        }

        json.WriteStartObject("model"u8);
        json.WriteString("kind"u8, Model.Kind);
        json.WriteString("name"u8, Model.Name);
        if (Model.Address.Length > 0) json.WriteString("address"u8, Secrets.Redact(Model.Address));
        if (Model.Hash is { } id) json.WriteString("hash"u8, id);
        json.WriteBoolean("verifiable"u8, Model.IsVerifiable);
        json.WriteEndObject();
        json.WriteStartObject("settings"u8);
        json.WriteNumber("epochs"u8, Settings.Epochs ?? Task.Defaults.Epochs);
        Number(json, "limit", Settings.Limit);
        Number(json, "max_tokens", Settings.MaxTokens ?? Task.Defaults.MaxTokens);
        Number(json, "temperature", Settings.Temperature ?? Task.Defaults.Temperature);
        if (Settings.ReasoningEffort is { } effort) json.WriteString("reasoning_effort"u8, effort);
        json.WriteNumber("seed"u8, Settings.Seed);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }
}
