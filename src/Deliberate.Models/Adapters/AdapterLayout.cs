using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// An adapter in memory for a model: its parameters under PEFT's names, each update with the weight that it belongs to. Whether it is
/// new or from a file is the caller's: here is which modules it has.
/// </summary>
internal static class AdapterLayout
{
    /// <summary>As a configuration has it for this model.</summary>
    /// <exception cref="UserError">It names no module of the model, or one that cannot be saved whole.</exception>
    public static Adapter New(LanguageModel model, AdapterConfiguration configuration, string source)
    {
        foreach (var target in configuration.TargetModules)
            if (!model.Parameters.Parameters.Any(p => !p.IsVector && (configuration with { TargetModules = [target] }).Targets(AdapterNames.ModuleOf(p.Name)))) throw Nothing("target_modules", target);
        foreach (var saved in configuration.ModulesToSave)
            if (!model.Parameters.Parameters.Any(p => (configuration with { ModulesToSave = [saved] }).Saves(AdapterNames.ModuleOf(p.Name))) && saved != "lm_head") throw Nothing("modules_to_save", saved);
        return Build(model, configuration, m => configuration.Targets(m) ? configuration.RankOf(m) : 0, p => configuration.Saves(AdapterNames.ModuleOf(p)), source);

        UserError Nothing(string field, string name) => new($"the model has no module \"{name}\".", source, field: field, advice: $"Its matrices are {string.Join(", ", AdapterConfiguration.AllLinear)}, embed_tokens and lm_head; its norms end with norm or layernorm.");
    }

    /// <param name="rankOf">The rank of a module's update; 0 where it has none.</param>
    /// <param name="saves">Whether a parameter of the base, by its name, is saved whole.</param>
    /// <param name="source">Of whatever asks, for messages.</param>
    /// <exception cref="UserError">A module that is to be saved is one of the matrices of the layers.</exception>
    public static Adapter Build(LanguageModel model, AdapterConfiguration configuration, Func<string, int> rankOf, Func<string, bool> saves, string source)
    {
        var adapter = new Adapter(model.Device);
        try
        {
            foreach (var weight in model.Parameters.LinearWeights) Add(adapter, model, weight, configuration, rankOf, saves, source);
            foreach (var vector in model.Parameters.Parameters)
                if (vector.IsVector && saves(vector.Name)) adapter.Replace(vector, adapter.Parameters.AddVector(AdapterNames.Saved(vector.Name), vector.Rows));
            if (adapter.Parameters.Parameters.Count == 0) throw new UserError("the adapter changes nothing of the model.", source, advice: $"Modules are called {string.Join(", ", AdapterConfiguration.AllLinear)}.");
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>The weights of a new adapter: A uniform in ±1/sqrt(inputs), as PEFT's, B zero; magnitudes and what is saved are the base's.</summary>
    public static void Initialise(Adapter adapter, LanguageModel model, ulong seed)
    {
        var store = adapter.Parameters;
        foreach (var parameter in store.Parameters)
        {
            if (!parameter.Name.EndsWith(AdapterNames.DownSuffix, StringComparison.Ordinal)) continue;
            var stream = new RandomStream(seed, StreamStage.Weights, problem: parameter.Offset);
            var values = new float[parameter.Length];
            var bound = 1 / Math.Sqrt(parameter.Columns);
            foreach (ref var value in values.AsSpan()) value = (float)(((2 * stream.NextDouble()) - 1) * bound);
            store.Values.Write(parameter.Offset, values);
        }

        foreach (var parameter in model.Parameters.Parameters)
            if (store.TryGet(AdapterNames.Saved(parameter.Name), out var saved)) CopyTo(parameter, model, saved);
        if (model.Head == model.Embedding && store.TryGet(AdapterNames.Saved(LanguageModel.HeadName), out var head)) CopyTo(model.Embedding.Parts[0], model, head);

        // With B at zero the norms are those of the base, and the magnitudes begin as they are.
        adapter.Pack(training: false);
        foreach (var update in adapter.Updates)
        {
            foreach (var part in update.Parts)
            {
                if (part.Magnitude is null) continue;
                var norms = new double[part.Outputs];
                update.Norms!.Read(part.FirstOutput, norms);
                store.Values.Write(part.Magnitude.Offset, norms);
            }
        }
    }

    /// <summary>A parameter of the base, however it is held, row by row.</summary>
    private static void CopyTo(Parameter parameter, LanguageModel model, Parameter target)
    {
        if (parameter.Offset != Parameter.Elsewhere)
        {
            var values = new double[parameter.Length];
            model.Parameters.Values.Read(parameter.Offset, values);
            target.Store.Values.Write(target.Offset, values);
            return;
        }

        // Narrow matrices are read as embeddings are: a row of one is the values of its id.
        var weight = parameter.Name == LanguageModel.HeadName ? model.Head : model.Embedding;
        using var ids = model.Device.AllocateInts(1);
        using var row = model.Device.Allocate(Tensor.PaddedStride(parameter.Columns));
        var read = new float[parameter.Columns];
        for (var i = 0; i < parameter.Rows; i++)
        {
            ids.Write(0, [i]);
            model.Device.Kernels.Embed(ids, weight, 1, new Tensor(parameter.Columns, row), new Rows(0, 1));
            row.Read(0, read);
            target.Store.Values.Write(target.Offset + ((long)i * parameter.Columns), read);
        }
    }

    private static void Add(Adapter adapter, LanguageModel model, LinearWeight weight, AdapterConfiguration configuration, Func<string, int> rankOf, Func<string, bool> saves, string source)
    {
        if (weight.Parts is [var only] && (weight == model.Embedding || weight == model.Head))
        {
            if (rankOf(AdapterNames.ModuleOf(only.Name)) > 0) throw new UserError("low-rank updates of the embedding or the output matrix are not supported.", source, field: only.Name, advice: "Save them whole instead: modules_to_save.");
            if (saves(only.Name))
            {
                var whole = adapter.Parameters.AddLinear(only.Name, blockMatrix: false, (AdapterNames.Saved(only.Name), only.Rows, only.Columns));
                if (weight == model.Embedding) adapter.Embedding = whole;
                else adapter.Head = whole;
            }

            if (weight == model.Embedding && weight == model.Head && saves(LanguageModel.HeadName))
                adapter.Head = adapter.Parameters.AddLinear("lm_head", blockMatrix: false, (AdapterNames.Saved(LanguageModel.HeadName), only.Rows, only.Columns));
            return;
        }

        var parts = new List<(Parameter Part, string Module, int Rank, int First)>();
        var first = 0;
        foreach (var part in weight.Parts)
        {
            var module = AdapterNames.ModuleOf(part.Name);
            if (saves(part.Name)) throw new UserError("a matrix of the layers is to be saved whole, which is not supported.", source, field: part.Name, advice: "Update it (target_modules), or save norms, embed_tokens or lm_head.");
            if (rankOf(module) is var rank and > 0) parts.Add((part, module, rank, first));
            first += part.Rows;
        }

        if (parts.Count == 0) return;
        var down = adapter.Parameters.AddLinear(weight.Name + ".lora_A", blockMatrix: false, [.. parts.Select(p => (AdapterNames.Down(p.Module), p.Rank, p.Part.Columns))]);
        var updates = new List<LowRankPart>();
        var ranks = 0;
        foreach (var (part, module, rank, output) in parts)
        {
            var up = adapter.Parameters.AddLinear(module + ".lora_B", blockMatrix: false, (AdapterNames.Up(module), part.Rows, rank));
            var magnitude = configuration.HasMagnitudes ? adapter.Parameters.AddVector(AdapterNames.Magnitude(module), part.Rows) : null;
            updates.Add(new LowRankPart(output, ranks, configuration.ScaleOf(module, rank), up, magnitude));
            ranks += rank;
        }

        adapter.Add(new LowRankUpdate(weight, down, [.. updates]));
    }
}
