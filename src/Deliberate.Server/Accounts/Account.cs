namespace Deliberate.Server;

/// <summary>What an account may do: each all that the one before may.</summary>
internal enum AccountRole
{
    /// <summary>Labels.</summary>
    Labeller,

    /// <summary>Settles what labellers disagree on, and sees how they agree.</summary>
    Reviewer,

    /// <summary>Everything: projects, people, exports, and the areas of runs and evaluations.</summary>
    Owner,
}

/// <summary>A person who signs in. The id is what stands as <c>labeler</c> in exported labels; the name never leaves the database.</summary>
internal sealed class Account
{
    public Guid Id { get; set; }

    /// <summary>What is typed to sign in, in small letters.</summary>
    public string Name { get; set; } = "";

    /// <summary>As ASP.NET Core's hasher writes it; null for whoever signs in elsewhere.</summary>
    public string? PasswordHash { get; set; }

    public AccountRole Role { get; set; }

    public bool IsDisabled { get; set; }

    public DateTimeOffset Created { get; set; }

    /// <summary>Wrong passwords since the last right one.</summary>
    public int FailedTries { get; set; }

    /// <summary>Until then not even the right password is looked at.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>Who vouches for the person, where that is not us.</summary>
    public string? OpenIdIssuer { get; set; }

    /// <summary>Whom they vouch for.</summary>
    public string? OpenIdSubject { get; set; }
}

/// <summary>A browser that is signed in. The token is in its cookie alone; here stands its hash.</summary>
internal sealed class AccountSession
{
    public string TokenHash { get; set; } = "";

    public Guid AccountId { get; set; }

    public Account? Account { get; set; }

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset Seen { get; set; }

    public DateTimeOffset Expires { get; set; }
}

/// <summary>A link that makes an account, or gives one a new password, once.</summary>
internal sealed class Invitation
{
    public string TokenHash { get; set; } = "";

    public AccountRole Role { get; set; }

    /// <summary>The name that the account is to have; null where the invited choose.</summary>
    public string? Name { get; set; }

    /// <summary>Whose password is to be set anew; null for a new account.</summary>
    public Guid? AccountId { get; set; }

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset Expires { get; set; }

    public DateTimeOffset? Used { get; set; }
}

/// <summary>Something that somebody did and that must be found again: a line of the audit trail, which is only ever added to.</summary>
internal sealed class AuditEntry
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Null for the command line, and for strangers.</summary>
    public Guid? AccountId { get; set; }

    /// <summary>Their name then.</summary>
    public string Who { get; set; } = "";

    /// <summary>A word: <c>signed in</c>.</summary>
    public string Action { get; set; } = "";

    /// <summary>To whom or what.</summary>
    public string Subject { get; set; } = "";
}

/// <summary>A key of ASP.NET Core's data protection: forms that were shown before a server was killed can still be sent after it.</summary>
internal sealed class StoredKey
{
    public string Id { get; set; } = "";

    public string Xml { get; set; } = "";
}
