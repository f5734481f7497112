using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>Holds a model against a policy: reads the evidence, decides, and looks who signed.</summary>
internal static class Gate
{
    public static GateResult Run(PolicyFile policy, GateAction action, GateModels models, GateEvidence evidence, DateTimeOffset now)
    {
        var invalid = new List<string>();
        var notes = new List<string>();
        foreach (var damaged in evidence.Logs.Where(l => l.Damage is not null)) invalid.Add(damaged.Damage!);
        var precautions = Valid(evidence, SignedKind.Precaution, policy, models, now, invalid);
        var externals = Valid(evidence, SignedKind.External, policy, models, now, invalid);
        foreach (var act in precautions) if (ProblemOf(act, policy.Policy) is { } problem) invalid.Add($"{Path.GetFileName(act.File)}: {problem}");
        var documents = externals.Where(e => e.Text("document_sha256").Length > 0).ToArray();
        foreach (var document in documents) if (Changed(document) is { } changed) invalid.Add(changed);
        notes.AddRange(evidence.Elicitations.Where(e => e.Best is not null && (e.Model == models.Post.Id || e.Model == models.Pre?.Id)).Select(e => string.Create(CultureInfo.InvariantCulture, $"elicitation gap of {e.Task} ({(e.Model == models.Post.Id ? "post" : "pre")}): {e.Best!.Gap:+0.000;-0.000} ({e.Best.GapLow:+0.000;-0.000} to {e.Best.GapHigh:+0.000;-0.000}) by {e.Best.Way}, n = {e.Best.N}.")));
        var readings = new EvidenceReader(policy, models, evidence, now).All();
        var decision = GateDecision.Of(policy, action, readings, precautions, [.. externals.Select(e => e.Text("artefact")).Where(a => a.Length > 0)], [.. invalid.Distinct()]);
        var result = new GateResult { Decision = decision, Models = models, At = now, Precautions = precautions, Externals = externals, Notes = notes };
        return Signed(result, evidence, policy, models, now);
    }

    /// <summary>With the approvals that are over this very statement. One that does not verify makes the evidence invalid; one of another result is none of this one.</summary>
    private static GateResult Signed(GateResult result, GateEvidence evidence, PolicyFile policy, GateModels models, DateTimeOffset now)
    {
        var invalid = new List<string>();
        var approvals = Valid(evidence, SignedKind.Approval, policy, models, now, invalid);
        var hash = result.Hash;
        var own = approvals.Where(a => a.Text("result") == hash).ToArray();
        string[] notes = [.. result.Notes, .. approvals.Except(own).Select(a => $"{Path.GetFileName(a.File)} is an approval of another result ({(a.Text("result") is { Length: > 12 } other ? other[..12] : "none")}), not of this one ({hash[..12]}).")];
        if (invalid.Count == 0) return result with { Approvals = own, Notes = notes };
        var decision = result.Decision with { Verdict = GateVerdict.Invalid, DecidedBy = "signatures", Why = invalid[0], Invalid = [.. result.Decision.Invalid, .. invalid] };
        return result with { Decision = decision, Notes = notes };
    }

    private static List<SignedRecord> Valid(GateEvidence evidence, SignedKind kind, PolicyFile policy, GateModels models, DateTimeOffset now, List<string> invalid)
    {
        var valid = new List<SignedRecord>();
        foreach (var record in evidence.Signed.Where(s => s.Kind == kind))
        {
            var problem = record.Problem(policy, now);
            if (problem is null && models.Named.All(m => record.Model != m.Model.Id)) problem = $"it is of other weights: {record.Model[..Math.Min(12, record.Model.Length)]}";
            if (problem is null) valid.Add(record);
            else invalid.Add($"{Path.GetFileName(record.File)}: {problem}");
        }

        return valid;
    }

    private static string? ProblemOf(SignedRecord act, PreparednessPolicy policy)
    {
        if (policy.Categories.All(c => c.Id != act.Text("category"))) return $"it is of the category \"{act.Text("category")}\", which the policy does not have";
        return act.Text("equal_to") != "pre" && policy.Rank(act.Text("level")) < 0 ? $"it is of the level \"{act.Text("level")}\", which the policy does not have" : WithoutEffect(policy, act.Text("state"), act.Text("equal_to") == "pre");
    }

    /// <summary>Why a precaution would change nothing, and be shown as if it did; null where it may.</summary>
    /// <param name="policy">Whose states count.</param>
    /// <param name="state">Of the model, as records write it.</param>
    /// <param name="isEqualToPre">Whether the model is taken to be as before its mitigations.</param>
    public static string? WithoutEffect(PreparednessPolicy policy, string state, bool isEqualToPre)
    {
        if (Enum.GetValues<ModelState>().Where(policy.LooksAt).All(s => RecipeWriter.Scalar(s) != state)) return $"it is of the state \"{state}\", which the policy never looks at";
        if (!isEqualToPre) return null;
        if (state == RecipeWriter.Scalar(ModelState.Pre)) return "it takes the model before its mitigations to be as before them";
        return policy.LooksAt(ModelState.Pre) ? null : "it takes the model to be as before its mitigations, a state that the policy never looks at";
    }

    /// <summary>A document that is at hand must be the one that was attested.</summary>
    private static string? Changed(SignedRecord record)
    {
        var file = Path.Combine(Path.GetDirectoryName(record.File) ?? "", record.Text("document"));
        if (!File.Exists(file)) return null;
        using var stream = File.OpenRead(file);
        var found = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
        return found == record.Text("document_sha256") ? null : $"{file}: this is not the document that {record.Name} attested: its hash is {found[..12]}, not {record.Text("document_sha256")[..12]}";
    }

    /// <summary>A model behind a filter by its file: another model than the one inside.</summary>
    /// <exception cref="UserError">The file is none of a filter.</exception>
    public static GateModel Behind(string filter, GateModel model) => Behind(filter, ModeratingFilter.IdentityOf(filter), model);

    /// <summary>A model behind a filter by its identity.</summary>
    public static GateModel Behind(string filter, string identity, GateModel model) => new(FilteredConnection.NameOf(filter, model.Name), FilteredConnection.IdentityOf(model.Id, identity), model.Weights) { Filter = identity };

    /// <summary>A model on this machine by its identity, from every byte of its weights: a file that was changed and dated back is another model.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static GateModel ModelOf(string name, string location, CancellationToken cancellation)
    {
        var identity = ModelIdentity.Read(location, cancellation);
        return new GateModel(name, identity.Id, identity.Weights);
    }
}
