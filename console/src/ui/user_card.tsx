/** One user as a card: who, what they say of themselves, the counts, why, and what they posted. */
import type { ComponentChildren } from "preact";
import type { Formats } from "../model/format";
import type { Post, User, UserSignals } from "../model/types";
import { groupPosts, reasonsOf } from "../model/why";
import { words } from "../model/words";
import { Face, Foreign, Handle, ProfileLink } from "./parts";

interface CardProps {
  user: User & { certified?: boolean | null; last_updated?: string | null };
  formats: Formats;
  badge?: ComponentChildren;
  children?: ComponentChildren;
}

export function UserHead({ user, formats, badge, children }: CardProps) {
  const { count, month } = formats;
  return (
    <>
      <div class="person">
        <Face name={user.username} handle={user.handle} />
        <h1>
          <Foreign class="name">{user.username || user.handle}</Foreign>
          <small><Handle>{user.handle}</Handle>{user.created_at && <> · {words.triage.joined(month(user.created_at))}</>}</small>
        </h1>
        {badge}
      </div>
      {user.bio ? <p class="bio" dir="auto">{user.bio}</p> : <p class="bio none">{words.triage.noBio}</p>}
      <p class="facts">
        <span><b>{count(user.following_count)}</b> {words.triage.following}</span>
        <span><b>{count(user.followers_count)}</b> {words.triage.followers}</span>
        {user.featured_url && <span class="clip"><Foreign>{user.featured_url}</Foreign></span>}
        <ProfileLink handle={user.handle} />
      </p>
      {children}
    </>
  );
}

export function Why({ texts, signals, formats }: { texts: readonly string[]; signals: UserSignals | undefined; formats: Formats }) {
  const reasons = reasonsOf(texts, signals);
  const most = Math.max(1.5, ...reasons.map(({ contribution }) => Math.abs(contribution ?? 0)));
  return (
    <ul class="why" aria-label={words.triage.why}>
      {reasons.map(({ text, contribution }) => (
        <li key={text}>
          <Foreign>{text}</Foreign>
          <ContributionBar value={contribution} most={most} formats={formats} />
        </li>
      ))}
    </ul>
  );
}

/** How much it counts, with a sign beside the colour. */
export function ContributionBar({ value, most, formats }: { value: number | null; most: number; formats: Formats }) {
  const isFor = value !== null && value < 0;
  return (
    <span class={`strength ${isFor ? "sane" : "harmful"}`}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        {value ? <rect width={Math.max(2, (100 * Math.abs(value)) / most)} height="8" rx="1.5" /> : null}
      </svg>
      {value ? <span class="n">{isFor ? "−" : "+"}{formats.decimal(Math.abs(value), 1)}<span class="sr"> {isFor ? words.user.speaksFor : words.user.speaksAgainst}</span></span> : null}
    </span>
  );
}

export function Posts({ posts, formats }: { posts: readonly Post[]; formats: Formats }) {
  if (posts.length === 0) return <p class="note">{words.triage.noPosts}</p>;
  return (
    <ul class="quotes">
      {groupPosts(posts).map(({ post, times }) => (
        <li key={post.id_str}>
          <p dir="auto">{post.text}</p>
          <span class="note">
            {times > 1 && <b>{formats.count(times)} × · </b>}
            {post.repost && <>{words.user.repost} · <Handle>{post.handle}</Handle> · </>}
            {formats.day(post.timestamp)}
          </span>
        </li>
      ))}
    </ul>
  );
}
